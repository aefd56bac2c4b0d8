#include "guard/command.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "guard/option_parser.hpp"

namespace chronos::internal::guard {

namespace {

using words = std::vector<std::string>;

words after(const words& all, std::size_t count) {
    return {all.begin() + static_cast<std::ptrdiff_t>(std::min(count, all.size())), all.end()};
}

std::string base_name(const std::string& program) { return program.substr(program.rfind('/') + 1); }

bool assignment(const std::string& word) {
    const auto sign = word.find('=');
    return sign != std::string::npos && sign > 0 && word.find_first_of("/-") > sign;
}

// What sudo runs; empty if it is not a plain command.
words behind_sudo(const words& arguments) {
    const parsed_options options =
        parse_options(arguments,
                      {"preserve-env,E?", "non-interactive,n", "set-home,H", "stdin,S",
                       "user,u=", "group,g=", "askpass,A", "reset-timestamp,k"},
                      {.permuted = false, .abbreviations = false});
    return options.unknown.empty() ? options.rest : words();
}

}  // namespace

command not_understood(std::string why) {
    command result;
    result.why = std::move(why);
    return result;
}

command deletes_nothing(std::string why) {
    command result;
    result.what = deletion::nothing;
    result.why = std::move(why);
    return result;
}

command understand(const words& arguments) {
    if (arguments.empty()) return not_understood("there is no command");
    const std::string program = base_name(arguments.front());
    const words rest = after(arguments, 1);
    if (program == "docker" || program == "podman" || program == "nerdctl")
        return understand_engine(arguments.front(), rest);
    if (program == "docker-compose" || program == "podman-compose") {
        engine_call engine;
        engine.program = program == "docker-compose" ? "docker" : "podman";
        engine.podman = program == "podman-compose";
        compose_call call;
        call.program = {arguments.front()};
        return understand_compose(call, engine, rest);
    }
    if (program == "kubectl" || program == "oc") return understand_kubectl(arguments.front(), rest);
    if (program == "rm") return understand_rm(rest);
    if (program == "dropdb") return understand_dropdb(rest);
    if (program == "sudo") {
        const words inner = behind_sudo(rest);
        if (inner.empty() || assignment(inner.front()))
            return not_understood("these options of sudo are not known");
        return understand(inner);
    }
    if (program == "sh" || program == "bash" || program == "ssh" || program == "xargs" ||
        program == "env" || program == "find") {
        return not_understood(
            fmt::format("what {} runs cannot be told from its arguments", program));
    }
    return not_understood(fmt::format("\"{}\" is not a program that is known here", program));
}

command understand_rm(const words& arguments) {
    const parsed_options options =
        parse_options(arguments,
                      {"force,f", "interactive-each,i", "interactive-once,I", "interactive?",
                       "one-file-system", "no-preserve-root", "preserve-root?", "recursive,r,R",
                       "dir,d", "verbose,v", "help", "version"},
                      {.permuted = true, .abbreviations = true});
    if (!options.unknown.empty())
        return not_understood(fmt::format("rm has no option {}", options.unknown));
    if (options.on("help") || options.on("version")) return deletes_nothing("it prints a text");
    command result;
    result.what = deletion::paths;
    result.names = options.rest;
    result.recursive = options.on("recursive");
    return result;
}

command understand_dropdb(const words& arguments) {
    const parsed_options options = parse_options(
        arguments,
        {"echo,e", "force,f", "interactive,i", "version,V", "help,?", "if-exists",
         "host,h=", "port,p=", "username,U=", "no-password,w", "password,W", "maintenance-db="},
        {.permuted = true, .abbreviations = true});
    if (!options.unknown.empty())
        return not_understood(fmt::format("dropdb has no option {}", options.unknown));
    if (options.on("help") || options.on("version")) return deletes_nothing("it prints a text");
    if (options.rest.size() != 1) return not_understood("dropdb takes one database name");
    command result;
    result.what = deletion::database;
    result.names = options.rest;
    for (const auto& [option, key] : {std::pair{"host", "host"},
                                      {"port", "port"},
                                      {"username", "user"},
                                      {"maintenance-db", "dbname"}}) {
        const std::string value = options.last(option);
        if (!value.empty()) result.options.push_back(std::string(key) + "=" + value);
    }
    return result;
}

}  // namespace chronos::internal::guard
