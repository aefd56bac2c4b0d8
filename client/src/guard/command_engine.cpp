// docker and podman, but for their compose.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "guard/command.hpp"
#include "guard/option_parser.hpp"

namespace chronos::internal::guard {

namespace {

using words = std::vector<std::string>;

words after(const words& all, std::size_t count) {
    return {all.begin() + static_cast<std::ptrdiff_t>(std::min(count, all.size())), all.end()};
}

bool one_of(const std::string& word, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

command wrong_option(const std::string& verb, const parsed_options& options) {
    return not_understood(fmt::format("{} has no option {}", verb, options.unknown));
}

command with_names(deletion what, const engine_call& engine, const parsed_options& options) {
    command result;
    result.what = what;
    result.engine = engine;
    result.names = options.rest;
    result.filters = options.all("filter");
    result.volumes = options.on("volumes");
    result.all = options.on("all");
    result.force = options.on("force");
    return result;
}

command remove_containers(const engine_call& engine, const words& arguments) {
    const parsed_options options =
        engine.podman
            ? parse_options(arguments, {"all,a", "force,f", "ignore,i", "latest,l", "volumes,v",
                                        "cidfile=", "depend", "filter=", "time,t="})
            : parse_options(arguments, {"force,f", "link,l", "volumes,v", "help"});
    if (!options.unknown.empty()) return wrong_option("rm", options);
    if (options.on("help")) return deletes_nothing("it prints a text");
    if (options.on("latest") || options.on("depend") || !options.all("cidfile").empty() ||
        !options.all("filter").empty())
        return not_understood("which containers rm means here cannot be told");
    return with_names(deletion::containers, engine, options);
}

command stop_containers(const engine_call& engine, const words& arguments) {
    const parsed_options options =
        parse_options(arguments, {"time,t=", "timeout=", "signal,s=", "all,a", "ignore,i", "help"});
    if (!options.unknown.empty()) return wrong_option("stop", options);
    return with_names(deletion::stopped_by_name, engine, options);
}

command prune(deletion what, const engine_call& engine, const words& arguments) {
    const parsed_options options = parse_options(
        arguments, {"all,a", "force,f", "filter=", "volumes", "build", "external", "help"});
    if (!options.unknown.empty()) return wrong_option("prune", options);
    if (options.on("help")) return deletes_nothing("it prints a text");
    return with_names(what, engine, options);
}

command volume_verb(const engine_call& engine, const std::string& verb, const words& arguments) {
    if (one_of(verb, {"ls", "list", "inspect", "create", "exists", "export"}))
        return deletes_nothing(fmt::format("volume {} deletes nothing", verb));
    if (verb == "prune") return prune(deletion::prune_volumes, engine, arguments);
    if (verb != "rm" && verb != "remove")
        return not_understood(fmt::format("volume {} is not known here", verb));
    const parsed_options options =
        parse_options(arguments, {"force,f", "all,a", "time,t=", "help"});
    if (!options.unknown.empty()) return wrong_option("volume rm", options);
    if (options.on("help")) return deletes_nothing("it prints a text");
    return with_names(deletion::volumes, engine, options);
}

// Options of run that matter: the volumes. Of all others only whether they take a value.
command run_container(const engine_call& engine, const words& arguments) {
    const parsed_options options = parse_options(arguments,
                                                 {"rm",
                                                  "detach,d",
                                                  "interactive,i",
                                                  "tty,t",
                                                  "init",
                                                  "privileged",
                                                  "publish-all,P",
                                                  "read-only",
                                                  "no-healthcheck",
                                                  "quiet,q",
                                                  "sig-proxy",
                                                  "oom-kill-disable",
                                                  "replace",
                                                  "disable-content-trust",
                                                  "volume,v=",
                                                  "mount=",
                                                  "volumes-from=",
                                                  "volume-driver=",
                                                  "tmpfs=",
                                                  "name=",
                                                  "env,e=",
                                                  "env-file=",
                                                  "publish,p=",
                                                  "expose=",
                                                  "network,net=",
                                                  "network-alias,net-alias=",
                                                  "user,u=",
                                                  "userns=",
                                                  "uts=",
                                                  "workdir,w=",
                                                  "entrypoint=",
                                                  "hostname,h=",
                                                  "label,l=",
                                                  "label-file=",
                                                  "memory,m=",
                                                  "memory-swap=",
                                                  "memory-reservation=",
                                                  "memory-swappiness=",
                                                  "cpus=",
                                                  "cpu-shares,c=",
                                                  "cpuset-cpus=",
                                                  "cpuset-mems=",
                                                  "cpu-period=",
                                                  "cpu-quota=",
                                                  "shm-size=",
                                                  "restart=",
                                                  "pull=",
                                                  "platform=",
                                                  "cap-add=",
                                                  "cap-drop=",
                                                  "security-opt=",
                                                  "device=",
                                                  "dns=",
                                                  "dns-search=",
                                                  "dns-option=",
                                                  "domainname=",
                                                  "add-host=",
                                                  "ip=",
                                                  "ip6=",
                                                  "ipc=",
                                                  "pid=",
                                                  "pids-limit=",
                                                  "cgroupns=",
                                                  "cgroup-parent=",
                                                  "gpus=",
                                                  "group-add=",
                                                  "health-cmd=",
                                                  "health-interval=",
                                                  "health-retries=",
                                                  "health-timeout=",
                                                  "health-start-period=",
                                                  "isolation=",
                                                  "link=",
                                                  "log-driver=",
                                                  "log-opt=",
                                                  "mac-address=",
                                                  "oom-score-adj=",
                                                  "runtime=",
                                                  "stop-signal=",
                                                  "stop-timeout=",
                                                  "storage-opt=",
                                                  "sysctl=",
                                                  "ulimit=",
                                                  "attach,a=",
                                                  "cidfile=",
                                                  "detach-keys=",
                                                  "blkio-weight=",
                                                  "kernel-memory=",
                                                  "annotation=",
                                                  "pod=",
                                                  "secret=",
                                                  "systemd=",
                                                  "tz=",
                                                  "authfile="},
                                                 {.permuted = false, .abbreviations = false});
    if (!options.unknown.empty()) return wrong_option("run", options);
    if (options.rest.empty()) return not_understood("run names no image");
    command result;
    result.what = deletion::run;
    result.engine = engine;
    result.image = options.rest.front();
    result.inside = after(options.rest, 1);
    if (const std::string entrypoint = options.last("entrypoint"); !entrypoint.empty())
        result.inside.insert(result.inside.begin(), entrypoint);
    result.mounts = options.all("volume");
    for (const std::string& one : options.all("mount")) result.mounts.push_back("mount:" + one);
    for (const std::string& one : options.all("volumes-from"))
        result.mounts.push_back("from:" + one);
    result.volumes = options.on("rm");
    return result;
}

command container_verb(const engine_call& engine, const std::string& verb, const words& arguments) {
    if (verb == "rm" || verb == "remove") return remove_containers(engine, arguments);
    if (verb == "stop" || verb == "kill") return stop_containers(engine, arguments);
    if (verb == "prune") return prune(deletion::prune_containers, engine, arguments);
    if (verb == "run") return run_container(engine, arguments);
    if (verb == "exec")
        return not_understood("what exec runs inside the container cannot be judged from outside");
    if (one_of(verb, {"ls",     "ps",    "list",    "inspect", "logs",    "stats",  "top",
                      "port",   "start", "restart", "pause",   "unpause", "wait",   "attach",
                      "rename", "diff",  "export",  "commit",  "create",  "update", "exists"}))
        return deletes_nothing(fmt::format("{} deletes nothing", verb));
    return not_understood(fmt::format("{} is not known here", verb));
}

command verb_of_engine(const engine_call& engine, const std::string& verb, const words& rest) {
    const std::string sub = rest.empty() ? std::string() : rest.front();
    if (verb == "compose") {
        compose_call call;
        call.program = {engine.program};
        call.program.insert(call.program.end(), engine.options.begin(), engine.options.end());
        call.program.emplace_back("compose");
        return understand_compose(call, engine, rest);
    }
    if (verb == "volume") return volume_verb(engine, sub, after(rest, 1));
    if (verb == "container") return container_verb(engine, sub, after(rest, 1));
    if (verb == "system") {
        if (sub == "prune") return prune(deletion::prune_system, engine, after(rest, 1));
        if (one_of(sub, {"df", "info", "events", "version"}))
            return deletes_nothing(fmt::format("system {} deletes nothing", sub));
        return not_understood(fmt::format("system {} is not known here", sub));
    }
    if (one_of(verb,
               {"image",   "images", "network", "context", "manifest", "buildx", "builder", "build",
                "version", "info",   "events",  "history", "login",    "logout", "pull",    "push",
                "rmi",     "save",   "load",    "import",  "search",   "tag",    "help"}))
        return deletes_nothing(fmt::format("{} deletes no data of containers or volumes", verb));
    return container_verb(engine, verb, rest);
}

}  // namespace

command understand_engine(const std::string& program, const words& arguments) {
    engine_call engine;
    engine.program = program;
    engine.podman = program.ends_with("podman");
    const option_style before{.permuted = false, .abbreviations = false};
    const parsed_options options =
        engine.podman
            ? parse_options(arguments,
                            {"connection,c=",
                             "url=",
                             "remote,r",
                             "root=",
                             "runroot=",
                             "storage-driver=",
                             "storage-opt=",
                             "log-level=",
                             "cgroup-manager=",
                             "conmon=",
                             "events-backend=",
                             "identity=",
                             "module=",
                             "network-cmd-path=",
                             "network-config-dir=",
                             "out=",
                             "runtime=",
                             "runtime-flag=",
                             "ssh=",
                             "syslog",
                             "tmpdir=",
                             "transient-store",
                             "volumepath=",
                             "hooks-dir=",
                             "imagestore=",
                             "help",
                             "version,v"},
                            before)
            : parse_options(arguments,
                            {"context,c=", "config=", "debug,D", "host,H=", "log-level,l=", "tls",
                             "tlscacert=", "tlscert=", "tlskey=", "tlsverify", "version,v", "help",
                             "namespace,n=", "address,a="},
                            before);
    if (!options.unknown.empty()) return wrong_option(program, options);
    if (options.on("help") || options.on("version") || options.rest.empty())
        return deletes_nothing("it prints a text");
    engine.options.assign(arguments.begin(),
                          arguments.end() - static_cast<std::ptrdiff_t>(options.rest.size()));
    return verb_of_engine(engine, options.rest.front(), after(options.rest, 1));
}

}  // namespace chronos::internal::guard
