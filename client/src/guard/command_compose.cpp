// docker compose, docker-compose, podman-compose.
#include <fmt/format.h>

#include <algorithm>

#include "guard/command.hpp"
#include "guard/option_parser.hpp"

namespace chronos::internal::guard {

namespace {

using words = std::vector<std::string>;

command of_project(deletion what, const compose_call& call, const engine_call& engine,
                   const parsed_options& options) {
    command result;
    result.what = what;
    result.compose = call;
    result.engine = engine;
    result.names = options.rest;
    result.volumes = options.on("volumes");
    result.force = options.on("force");
    return result;
}

command down(const compose_call& call, const engine_call& engine, const words& arguments) {
    const parsed_options options = parse_options(
        arguments, {"volumes,v", "remove-orphans", "rmi=", "timeout,t=", "dry-run", "help,h"});
    if (!options.unknown.empty())
        return not_understood(fmt::format("compose down has no option {}", options.unknown));
    if (options.on("dry-run") || options.on("help"))
        return deletes_nothing("it only tells what it would do");
    return of_project(deletion::compose_down, call, engine, options);
}

command remove(const compose_call& call, const engine_call& engine, const words& arguments) {
    const parsed_options options =
        parse_options(arguments, {"force,f", "stop,s", "volumes,v", "all,a", "dry-run", "help,h"});
    if (!options.unknown.empty())
        return not_understood(fmt::format("compose rm has no option {}", options.unknown));
    if (options.on("dry-run") || options.on("help"))
        return deletes_nothing("it only tells what it would do");
    return of_project(deletion::compose_containers, call, engine, options);
}

// Containers are made anew; their anonymous volumes go along unless -V is given.
command up(const compose_call& call, const engine_call& engine, const words& arguments) {
    const parsed_options options = parse_options(arguments, {"volumes,renew-anon-volumes,V",
                                                             "detach,d",
                                                             "build",
                                                             "force-recreate",
                                                             "no-recreate",
                                                             "always-recreate-deps",
                                                             "no-build",
                                                             "no-start",
                                                             "no-deps",
                                                             "remove-orphans",
                                                             "wait",
                                                             "no-color",
                                                             "no-log-prefix",
                                                             "quiet-pull",
                                                             "quiet-build",
                                                             "abort-on-container-exit",
                                                             "abort-on-container-failure",
                                                             "timestamps",
                                                             "attach-dependencies",
                                                             "dry-run",
                                                             "yes,y",
                                                             "watch,w",
                                                             "menu",
                                                             "timeout,t=",
                                                             "scale=",
                                                             "pull=",
                                                             "wait-timeout=",
                                                             "exit-code-from=",
                                                             "attach=",
                                                             "no-attach=",
                                                             "help,h"});
    if (!options.unknown.empty())
        return not_understood(fmt::format("compose up has no option {}", options.unknown));
    if (options.on("no-recreate") || options.on("dry-run"))
        return deletes_nothing("no container is made anew");
    return of_project(deletion::compose_containers, call, engine, options);
}

}  // namespace

command understand_compose(const compose_call& call, const engine_call& engine,
                           const words& arguments) {
    const parsed_options options = parse_options(arguments,
                                                 {"file,f=",
                                                  "project-name,p=",
                                                  "project-directory,workdir=",
                                                  "env-file=",
                                                  "profile=",
                                                  "ansi=",
                                                  "parallel=",
                                                  "progress=",
                                                  "log-level=",
                                                  "context,c=",
                                                  "host,H=",
                                                  "tlscacert=",
                                                  "tlscert=",
                                                  "tlskey=",
                                                  "tls",
                                                  "tlsverify",
                                                  "skip-hostname-check",
                                                  "all-resources",
                                                  "compatibility",
                                                  "dry-run",
                                                  "verbose",
                                                  "no-ansi",
                                                  "version,v",
                                                  "help,h"},
                                                 {.permuted = false, .abbreviations = false});
    if (!options.unknown.empty())
        return not_understood(fmt::format("compose has no option {}", options.unknown));
    if (options.on("version") || options.on("help") || options.rest.empty())
        return deletes_nothing("it prints a text");
    if (options.on("dry-run")) return deletes_nothing("it only tells what it would do");
    compose_call project = call;
    project.options.assign(arguments.begin(),
                           arguments.end() - static_cast<std::ptrdiff_t>(options.rest.size()));
    project.files = options.all("file");
    project.environment_files = options.all("env-file");
    project.project = options.last("project-name");
    project.directory = options.last("project-directory");
    engine_call asked = engine;
    for (const auto& [option, flag] : {std::pair{"context", "--context"}, {"host", "--host"}}) {
        if (const std::string value = options.last(option); !value.empty()) {
            asked.options.emplace_back(flag);
            asked.options.push_back(value);
        }
    }
    const std::string verb = options.rest.front();
    const words rest(options.rest.begin() + 1, options.rest.end());
    if (verb == "down") return down(project, asked, rest);
    if (verb == "rm") return remove(project, asked, rest);
    if (verb == "up" || verb == "create") return up(project, asked, rest);
    constexpr std::string_view kHarmless[] = {
        "ps",      "ls",   "logs",    "config", "convert", "images",  "top",     "events", "port",
        "pull",    "push", "build",   "start",  "pause",   "unpause", "version", "stop",   "kill",
        "restart", "help", "volumes", "stats",  "wait",    "attach",  "export",  "commit"};
    if (std::find(std::begin(kHarmless), std::end(kHarmless), verb) != std::end(kHarmless))
        return deletes_nothing(fmt::format("compose {} deletes nothing", verb));
    if (verb == "exec" || verb == "run")
        return not_understood(fmt::format(
            "what compose {} runs inside the container cannot be judged from outside", verb));
    return not_understood(fmt::format("compose {} is not known here", verb));
}

}  // namespace chronos::internal::guard
