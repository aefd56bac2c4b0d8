#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "chronos/error.hpp"
#include "guard/casualties.hpp"

namespace chronos::internal::guard {

namespace {

using json = nlohmann::json;

std::string text_at(const json& from, std::initializer_list<const char*> path) {
    const json* at = &from;
    for (const char* key : path) {
        if (!at->is_object() || !at->contains(key)) return {};
        at = &(*at)[key];
    }
    return at->is_string() ? at->get<std::string>() : std::string();
}

class cluster_questions {
  public:
    cluster_questions(const kubernetes_call& call, asker& questions)
        : call_(call), questions_(questions) {}

    // The objects of a kind; all that the options choose if no name is given.
    std::vector<json> get(const std::string& what, bool with_selector) {
        std::vector<std::string> words{call_.program, "get",  what,
                                       "-o",          "json", "--ignore-not-found"};
        for (const std::string& option : call_.options) {
            const bool selector =
                option.starts_with("--selector") || option.starts_with("--field-selector");
            if (!selector || with_selector) words.push_back(option);
        }
        const answer told = questions_.ask(words);
        if (!told.good()) {
            throw error(error_code::connection,
                        fmt::format("{} does not answer to \"get {}\"", call_.program, what),
                        told.errors);
        }
        const json parsed = json::parse(told.output.empty() ? "{}" : told.output, nullptr, false);
        if (parsed.is_discarded() || !parsed.is_object()) return {};
        if (parsed.contains("items") && parsed["items"].is_array())
            return parsed["items"].get<std::vector<json>>();
        return parsed.empty() ? std::vector<json>() : std::vector<json>{parsed};
    }

    std::vector<json> in_namespace(const std::string& name, const std::string& what) {
        kubernetes_call other = call_;
        std::erase_if(other.options, [](const std::string& option) {
            return option.starts_with("--namespace") || option.starts_with("--all-namespaces") ||
                   option.starts_with("--selector") || option.starts_with("--field-selector");
        });
        other.options.push_back("--namespace=" + name);
        return cluster_questions(other, questions_).get(what, false);
    }

  private:
    const kubernetes_call& call_;
    asker& questions_;
};

// A path of this node, if the volume is one and the node is this machine.
std::string path_of(const json& volume) {
    std::string path = text_at(volume, {"spec", "hostPath", "path"});
    if (path.empty()) path = text_at(volume, {"spec", "local", "path"});
    std::error_code failure;
    return !path.empty() && std::filesystem::is_directory(path, failure) ? path : std::string();
}

void volume_goes(casualties& to, const json& volume, const std::string& claim) {
    const std::string name = text_at(volume, {"metadata", "name"});
    if (text_at(volume, {"spec", "persistentVolumeReclaimPolicy"}) == "Retain") {
        to.notes.push_back(
            fmt::format("volume \"{}\"{} is retained: its data stays when the claim is gone", name,
                        claim.empty() ? "" : fmt::format(" of claim \"{}\"", claim)));
        return;
    }
    casualty one;
    one.kind = claim.empty() ? "persistent volume" : "claim";
    one.name = claim.empty() ? name : claim;
    one.path = path_of(volume);
    if (one.path.empty())
        one.unreadable = fmt::format("what lies on volume \"{}\" cannot be read from here",
                                     name.empty() ? "?" : name);
    to.all.push_back(std::move(one));
}

void claim_goes(casualties& to, cluster_questions& questions, const json& claim) {
    const std::string volume = text_at(claim, {"spec", "volumeName"});
    const std::string name = text_at(claim, {"metadata", "name"});
    if (volume.empty()) {
        to.notes.push_back(fmt::format("claim \"{}\" has no volume yet", name));
        return;
    }
    const auto found = questions.get("pv/" + volume, false);
    volume_goes(to, found.empty() ? json{{"metadata", {{"name", volume}}}} : found.front(), name);
}

// Claims outlive their stateful set, unless it says otherwise.
void stateful_set_goes(casualties& to, cluster_questions& questions, const json& set) {
    const std::string name = text_at(set, {"metadata", "name"});
    const std::string policy =
        text_at(set, {"spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted"});
    if (policy != "Delete") {
        to.notes.push_back(fmt::format("the claims of stateful set \"{}\" stay", name));
        return;
    }
    const std::string space = text_at(set, {"metadata", "namespace"});
    for (const json& each :
         set.value("spec", json::object()).value("volumeClaimTemplates", json::array())) {
        const std::string prefix = text_at(each, {"metadata", "name"}) + "-" + name + "-";
        for (const json& claim : questions.in_namespace(space, "pvc"))
            if (text_at(claim, {"metadata", "name"}).starts_with(prefix))
                claim_goes(to, questions, claim);
    }
}

// Scratch volumes end with the pod.
void pod_goes(casualties& to, const json& pod) {
    for (const json& one : pod.value("spec", json::object()).value("volumes", json::array())) {
        const bool scratch = one.contains("emptyDir") || one.contains("ephemeral");
        if (!scratch) continue;
        casualty lost;
        lost.kind = "scratch volume";
        lost.name = text_at(pod, {"metadata", "name"}) + "/" + text_at(one, {"name"});
        lost.unreadable = "it ends with its pod, and cannot be read from here";
        to.all.push_back(std::move(lost));
    }
}

}  // namespace

casualties kubernetes_casualties(const command& of, asker& asked) {
    casualties result;
    cluster_questions questions(of.kubernetes, asked);
    for (const std::string& resource : of.kubernetes.resources) {
        const std::string type = resource.substr(0, resource.find('/'));
        if (type == "deployment") {
            result.notes.emplace_back("a deployment's claims stay; its scratch volumes go");
            continue;
        }
        for (const json& one : questions.get(resource, true)) {
            if (type == "pvc") claim_goes(result, questions, one);
            if (type == "pv") volume_goes(result, one, "");
            if (type == "statefulset") stateful_set_goes(result, questions, one);
            if (type == "pod") pod_goes(result, one);
            if (type != "namespace") continue;
            for (const json& claim :
                 questions.in_namespace(text_at(one, {"metadata", "name"}), "pvc"))
                claim_goes(result, questions, claim);
        }
    }
    return result;
}

}  // namespace chronos::internal::guard
