// chronosctl drift: how the database differs from its record, or from its migrations, and why.
#include "chronos/drift.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "ctl/colour_option.hpp"
#include "ctl/connection_options.hpp"
#include "ctl/difference.hpp"
#include "ctl/interruption.hpp"
#include "ctl/json.hpp"
#include "ctl/migrate_options.hpp"
#include "ctl/progress_bar.hpp"
#include "ctl/table.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

struct drift_options {
    connection_options target;
    std::string migrations;
    std::vector<std::string> placeholders;
    bool no_placeholders = false;
    std::string colour = "auto";
    bool exit_code = false;
};

std::string window(const drifted_object& object) {
    if (object.version) return object.until ? local_time(*object.until) : "";
    if (object.since && object.until) {
        return fmt::format("between {} and {}", local_time(*object.since),
                           local_time(*object.until));
    }
    if (object.since) return "after " + local_time(*object.since);
    return object.until ? "before " + local_time(*object.until) : "";
}

std::string text_of(const drifted_object& object, const output& out) {
    const object_difference& difference = object.difference;
    std::string text =
        out.strong(fmt::format("{} {}", difference.change, title_of(difference))) + '\n';
    field_list fields;
    for (std::size_t i = 0; i < difference.parts.size(); ++i) {
        fields.add(i == 0 ? "parts" : "", part_line(difference.parts[i]));
    }
    if (!object.cause.empty()) fields.add("cause", object.cause);
    if (object.version) fields.add("version", std::to_string(*object.version));
    if (!object.role.empty()) fields.add("by", object.role);
    if (!window(object).empty()) fields.add("time", window(object));
    text += fields.render();
    for (const std::string& statement : object.statements) {
        text += "    " + printable(one_line(statement)) + '\n';
    }
    return text;
}

json to_json(const drifted_object& object) {
    const auto moment = [](const std::optional<timestamp>& when) {
        return when ? json(to_string(*when)) : json();
    };
    json document = ctl::to_json(object.difference);
    document.erase("old_sql");
    document.erase("sql");
    document["cause"] = text_or_null(object.cause);
    document["statements"] = object.statements;
    document["role"] = text_or_null(object.role);
    document["since"] = moment(object.since);
    document["until"] = moment(object.until);
    document["version"] = object.version ? json(*object.version) : json();
    return document;
}

std::vector<drifted_object> against_migrations(const drift_options& options, connection& database,
                                               output& out) {
    const interruption interrupted;
    progress_bar bar(out);
    migrations_options work;
    work.directory = options.migrations;
    work.placeholders = placeholder_values(options.placeholders);
    work.fill_in = !options.no_placeholders;
    work.stop = interrupted.token();
    work.progress = [&bar](const std::string& file) { bar.show("migrate", -1, printable(file)); };
    work.warning = [&](const std::string& text) {
        bar.clear();
        out.warning(text);
    };
    auto found = drift_from_migrations(database, work);
    bar.clear();
    return found;
}

exit_status run(const drift_options& options, output& out) {
    out.colours(options.colour);
    connection database(options.target.conninfo());
    const auto found =
        options.migrations.empty() ? drift(database) : against_migrations(options, database, out);
    if (out.json()) {
        json list = json::array();
        for (const drifted_object& one : found) list.push_back(to_json(one));
        out.document(
            {{"against", options.migrations.empty() ? "recorded" : "migrations"}, {"drift", list}});
    } else if (found.empty()) {
        out.line("no drift");
    } else {
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (i > 0) out.line("");
            out.text(text_of(found[i], out));
        }
    }
    return options.exit_code && !found.empty() ? exit_status::failure : exit_status::success;
}

}  // namespace

void add_drift(verbs& all) {
    auto options = std::make_shared<drift_options>();
    CLI::App& verb =
        all.add("drift", "Tell how the database differs from its record or its migrations, and why",
                "  chronosctl drift -d shop --exit-code\n"
                "  chronosctl drift -d shop --migrations db/migrations\n",
                [options](output& out) { return run(*options, out); });
    options->target.add_to(verb);
    verb.add_option("--migrations", options->migrations,
                    "compare with what the scripts of this folder make, in a scratch database")
        ->type_name("DIR");
    add_placeholders(verb, options->placeholders, options->no_placeholders);
    verb.add_flag("--exit-code", options->exit_code, "exit with 1 if there is drift");
    add_colour_option(verb, options->colour);
}

}  // namespace chronos::ctl
