#include "ctl/retention_argument.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "chronos/error.hpp"
#include "ctl/output.hpp"

namespace chronos::ctl {

namespace {

using nlohmann::json;

[[noreturn]] void fail(const std::string& what) {
    throw error(error_code::usage, "the retention cannot be read: " + what, {},
                "Set it with chronos.set_retention().");
}

std::uint64_t number(const json& value, const std::string& name) {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > 1'000'000'000'000)
        fail(fmt::format("\"{}\" is no number that can be", name));
    return value.get<std::uint64_t>();
}

kept_in read_one(const std::string& url, const json& rules) {
    kept_in result{url, {}, std::chrono::hours(24)};
    if (!rules.is_object()) fail("what is kept in a repository is an object");
    const std::map<std::string, std::size_t*> counts{
        {"last", &result.policy.last},       {"hourly", &result.policy.hourly},
        {"daily", &result.policy.daily},     {"weekly", &result.policy.weekly},
        {"monthly", &result.policy.monthly}, {"yearly", &result.policy.yearly}};
    for (const auto& [name, value] : rules.items()) {
        if (const auto found = counts.find(name); found != counts.end()) {
            *found->second = number(value, name);
        } else if (name == "within") {
            result.policy.within = std::chrono::seconds(number(value, name));
        } else if (name == "grace") {
            result.grace = std::chrono::seconds(number(value, name));
        } else if (name == "labels" && value.is_array()) {
            for (const json& label : value) {
                if (!label.is_string()) fail("labels are text");
                result.policy.labels.push_back(label.get<std::string>());
            }
        } else {
            fail(fmt::format("unknown rule \"{}\"", name));
        }
    }
    return result;
}

}  // namespace

std::vector<kept_in> read_retention(const std::string& text) {
    const json document = json::parse(text, nullptr, false);
    if (!document.is_object()) fail("it is no JSON object");
    std::vector<kept_in> result;
    for (const auto& [url, rules] : document.items()) result.push_back(read_one(url, rules));
    return result;
}

void keep_only(const std::vector<kept_in>& all, const std::string& snapshot, output& out) {
    for (const kept_in& one : all) {
        try {
            repository in = repository::open(one.repository);
            const snapshot_summary like = in.find(snapshot_selector::named(snapshot));
            forget_options options;
            options.database = like.database;
            options.system_identifier = like.system_identifier;
            (void)forget_snapshots(in, one.policy, options);
            (void)in.sweep(one.grace, like);
        } catch (const error& failure) {
            const std::string detail =
                failure.detail().empty() ? std::string() : " (" + failure.detail() + ")";
            out.warning(fmt::format("old snapshots stay in repository \"{}\": {}{}", one.repository,
                                    failure.what(), detail),
                        failure.hint());
        }
    }
}

}  // namespace chronos::ctl
