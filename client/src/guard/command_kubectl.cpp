// kubectl delete.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "guard/command.hpp"
#include "guard/option_parser.hpp"

namespace chronos::internal::guard {

namespace {

using words = std::vector<std::string>;

// The short names that people write; anything else is not judged.
std::string resource_type(std::string type) {
    static const std::map<std::string, std::string> kTypes{{"pvc", "pvc"},
                                                           {"persistentvolumeclaim", "pvc"},
                                                           {"persistentvolumeclaims", "pvc"},
                                                           {"pv", "pv"},
                                                           {"persistentvolume", "pv"},
                                                           {"persistentvolumes", "pv"},
                                                           {"ns", "namespace"},
                                                           {"namespace", "namespace"},
                                                           {"namespaces", "namespace"},
                                                           {"sts", "statefulset"},
                                                           {"statefulset", "statefulset"},
                                                           {"statefulsets", "statefulset"},
                                                           {"statefulsets.apps", "statefulset"},
                                                           {"statefulset.apps", "statefulset"},
                                                           {"po", "pod"},
                                                           {"pod", "pod"},
                                                           {"pods", "pod"},
                                                           {"deploy", "deployment"},
                                                           {"deployment", "deployment"},
                                                           {"deployments", "deployment"}};
    constexpr std::string_view kHarmless[] = {"configmap", "configmaps",    "cm",
                                              "secret",    "secrets",       "service",
                                              "services",  "svc",           "ingress",
                                              "ingresses", "ing",           "job",
                                              "jobs",      "cronjob",       "cronjobs",
                                              "cj",        "event",         "events",
                                              "role",      "rolebinding",   "serviceaccount",
                                              "sa",        "networkpolicy", "netpol"};
    if (std::find(std::begin(kHarmless), std::end(kHarmless), type) != std::end(kHarmless))
        return "-";
    const auto known = kTypes.find(type);
    return known == kTypes.end() ? std::string() : known->second;
}

// "pvc,sts name", "pvc/name sts/other", "pvc --all".
std::string add_resources(words& to, const words& rest, const parsed_options& options) {
    const bool slashed = !rest.empty() && rest.front().find('/') != std::string::npos;
    if (slashed) {
        for (const std::string& one : rest) {
            const auto slash = one.find('/');
            if (slash == std::string::npos) return one;
            const std::string type = resource_type(one.substr(0, slash));
            if (type.empty()) return one;
            if (type != "-") to.push_back(type + one.substr(slash));
        }
        return {};
    }
    if (rest.empty()) return "nothing";
    std::string types = rest.front();
    while (!types.empty()) {
        const auto comma = types.find(',');
        const std::string type = resource_type(types.substr(0, comma));
        if (type.empty()) return types;
        types = comma == std::string::npos ? std::string() : types.substr(comma + 1);
        if (type == "-") continue;
        if (rest.size() == 1) to.push_back(type);
        for (std::size_t i = 1; i < rest.size(); ++i) to.push_back(type + "/" + rest[i]);
    }
    const bool by_rule = options.on("all") || !options.all("selector").empty() ||
                         !options.all("field-selector").empty();
    return rest.size() == 1 && !by_rule ? "no name" : std::string();
}

}  // namespace

command understand_kubectl(const std::string& program, const words& arguments) {
    const parsed_options options = parse_options(arguments, {"namespace,n=",
                                                             "context=",
                                                             "kubeconfig=",
                                                             "cluster=",
                                                             "user=",
                                                             "server,s=",
                                                             "token=",
                                                             "as=",
                                                             "as-group=",
                                                             "request-timeout=",
                                                             "insecure-skip-tls-verify",
                                                             "v=",
                                                             "certificate-authority=",
                                                             "selector,l=",
                                                             "field-selector=",
                                                             "all",
                                                             "all-namespaces,A",
                                                             "force",
                                                             "now",
                                                             "grace-period=",
                                                             "timeout=",
                                                             "wait?",
                                                             "cascade?",
                                                             "ignore-not-found",
                                                             "dry-run?",
                                                             "filename,f=",
                                                             "kustomize,k=",
                                                             "recursive,R",
                                                             "output,o=",
                                                             "raw=",
                                                             "interactive,i",
                                                             "help,h"});
    if (!options.unknown.empty())
        return not_understood(fmt::format("kubectl has no option {}", options.unknown));
    if (options.on("help") || options.rest.empty()) return deletes_nothing("it prints a text");
    const std::string& verb = options.rest.front();
    constexpr std::string_view kHarmless[] = {"get",           "describe", "logs", "version",
                                              "api-resources", "explain",  "top",  "cluster-info",
                                              "config",        "wait"};
    if (std::find(std::begin(kHarmless), std::end(kHarmless), verb) != std::end(kHarmless))
        return deletes_nothing(fmt::format("kubectl {} deletes nothing", verb));
    if (verb != "delete") return not_understood(fmt::format("kubectl {} is not known here", verb));
    const std::string dry = options.last("dry-run");
    if (dry == "client" || dry == "server")
        return deletes_nothing("it only tells what it would do");
    if (!options.all("filename").empty() || !options.all("kustomize").empty() ||
        !options.all("raw").empty())
        return not_understood("what the files of kubectl delete -f name is not read here");
    command result;
    result.what = deletion::kubernetes;
    result.kubernetes.program = program;
    const std::string wrong = add_resources(
        result.kubernetes.resources, words(options.rest.begin() + 1, options.rest.end()), options);
    if (!wrong.empty())
        return not_understood(fmt::format("kubectl delete of {} is not known here", wrong));
    for (const char* option :
         {"namespace", "context", "kubeconfig", "cluster", "user", "server", "token", "as",
          "certificate-authority", "selector", "field-selector"}) {
        for (const std::string& value : options.all(option))
            result.kubernetes.options.push_back(fmt::format("--{}={}", option, value));
    }
    if (options.on("all-namespaces")) result.kubernetes.options.emplace_back("--all-namespaces");
    if (result.kubernetes.resources.empty())
        return deletes_nothing("none of these resources holds data");
    return result;
}

}  // namespace chronos::internal::guard
