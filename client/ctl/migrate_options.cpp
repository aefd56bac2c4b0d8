#include "ctl/migrate_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "ctl/json.hpp"
#include "ctl/output.hpp"
#include "ctl/text.hpp"

namespace chronos::ctl {

namespace {

migration_policy policy(const std::string& word) {
    if (word == "apply") return migration_policy::apply;
    return word == "warn" ? migration_policy::warn : migration_policy::refuse;
}

json number_or_null(const std::optional<std::int64_t>& number) {
    return number ? json(*number) : json();
}

}  // namespace

void migrate_arguments::add_directory(CLI::App& verb) {
    verb.add_option("--dir", directory, "the folder with the migrations (default: migrations)")
        ->type_name("DIR");
}

void migrate_arguments::add_schemas(CLI::App& verb) {
    verb.add_option("--schemas", schemas,
                    "once for each schema that fits, such as 'tenant_*'; again for others")
        ->type_name("PATTERN")
        ->allow_extra_args(false);
}

void migrate_arguments::add_no_snapshot(CLI::App& verb) {
    verb.add_flag("--no-snapshot", no_snapshot,
                  "destroy rows without a snapshot into the database's repositories before it");
}

void migrate_arguments::add_running(CLI::App& verb) {
    target.add_to(verb);
    add_directory(verb);
    verb.add_option("--out-of-order", out_of_order,
                    "migrations older than applied ones: error (default), warn, or apply them")
        ->check(CLI::IsMember({"error", "warn", "apply"}))
        ->type_name("HOW");
    verb.add_option("--missing", missing,
                    "applied migrations whose file is gone: error (default) or warn")
        ->check(CLI::IsMember({"error", "warn"}))
        ->type_name("HOW");
    verb.add_option("--lock-timeout", lock_timeout,
                    "milliseconds to wait for a lock before trying again (default: 2000; 0: wait)")
        ->check(CLI::NonNegativeNumber)
        ->type_name("MS");
    verb.add_option("--lock-tries", lock_tries, "how often to try (default: 10)")
        ->check(CLI::PositiveNumber)
        ->type_name("N");
    add_placeholders(verb, placeholders, no_placeholders);
    verb.add_flag("--beside-other-tool", beside_other_tool,
                  "run all, although another tool has applied migrations here (else: adopt)");
    verb.add_option("--wait", wait, "wait so long for another runner to end")
        ->check(CLI::NonNegativeNumber)
        ->type_name("SECONDS");
}

migrate_options migrate_arguments::options(output& out, const interruption& interrupted) const {
    migrate_options result;
    result.directory = directory;
    result.out_of_order = policy(out_of_order);
    result.missing = policy(missing);
    result.placeholders = placeholder_values(placeholders);
    result.fill_in = !no_placeholders;
    result.schemas = schemas;
    result.snapshot = !no_snapshot;
    result.beside_other_tool = beside_other_tool;
    result.lock_timeout = std::chrono::milliseconds(lock_timeout);
    result.lock_tries = lock_tries;
    result.wait = std::chrono::seconds(wait);
    result.warning = [&out](const std::string& text) { out.warning(text); };
    result.notice = [&out](const std::string& text) { out.note(text); };
    result.stop = interrupted.token();
    return result;
}

std::map<std::string, std::string> placeholder_values(const std::vector<std::string>& given) {
    std::map<std::string, std::string> values;
    for (const std::string& one : given) {
        const auto sign = one.find('=');
        if (sign == std::string::npos || sign == 0) {
            throw error(error_code::usage, fmt::format("\"{}\" is no placeholder", one), {},
                        "Write --placeholder NAME=VALUE.");
        }
        values[one.substr(0, sign)] = one.substr(sign + 1);
    }
    return values;
}

void add_placeholders(CLI::App& verb, std::vector<std::string>& given, bool& none) {
    verb.add_option("--placeholder", given, "what ${NAME} in scripts stands for; again for others")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    verb.add_flag("--no-placeholders", none, "leave ${NAME} in scripts as it stands");
}

std::string in_schema(const std::string& schema) { return schema.empty() ? schema : schema + ": "; }

json to_json(const finished_migration& one) {
    return {{"direction", one.up ? "up" : "down"},
            {"version", one.version},
            {"name", one.name},
            {"file", one.file},
            {"derived", one.derived},
            {"seconds", one.seconds},
            {"resumed_after", one.resumed_after},
            {"version_before", number_or_null(one.version_before)},
            {"version_after", number_or_null(one.version_after)},
            {"snapshot", text_or_null(one.snapshot)},
            {"schema", text_or_null(one.schema)}};
}

json to_json(const migration_status& one) {
    return {{"version", one.version},
            {"name", one.name},
            {"file", text_or_null(one.file)},
            {"kind", one.kind},
            {"state", one.state},
            {"down", one.down},
            {"transactional", one.transactional},
            {"origin", text_or_null(one.origin)},
            {"applied_by", text_or_null(one.applied_by)},
            {"applied_at", one.applied_at ? json(to_string(*one.applied_at)) : json()},
            {"seconds", one.seconds ? json(*one.seconds) : json()},
            {"version_before", number_or_null(one.version_before)},
            {"version_after", number_or_null(one.version_after)},
            {"snapshot", text_or_null(one.snapshot)},
            {"schema", text_or_null(one.schema)}};
}

}  // namespace chronos::ctl
