// chronosctl show: one version, its evidence, or the schema as it was.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "ctl/connection_options.hpp"
#include "ctl/json.hpp"
#include "ctl/record.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

struct show_options {
    connection_options target;
    std::string version = "current";
    schema_selection selection;
    bool schema = false;

    [[nodiscard]] bool wants_schema() const {
        return schema || !selection.schemas.empty() || !selection.object.empty();
    }
};

exit_status run(const show_options& options, output& out) {
    connection database(options.target.conninfo());
    const version_record record = find_version(database, options.version);
    if (!options.wants_schema()) {
        if (out.json()) {
            out.document(to_json(record));
        } else {
            out.text(described(record, out, detail::full));
        }
        return exit_status::success;
    }
    const std::string schema = schema_at(database, record.number, options.selection);
    if (out.json()) {
        json document = to_json(record);
        document["schema"] = schema;
        out.document(document);
    } else {
        out.text(schema);
        if (!schema.ends_with('\n')) out.line("");
    }
    return exit_status::success;
}

}  // namespace

void add_show(verbs& all) {
    auto options = std::make_shared<show_options>();
    CLI::App& verb = all.add("show", "Show one version: what changed, who did it and how",
                             "  chronosctl show 42 -d shop\n"
                             "  chronosctl show 'release 1.0' -d shop --schema > schema.sql\n"
                             "  chronosctl show '2 hours ago' -d shop --object public.orders\n",
                             [options](output& out) { return run(*options, out); });
    verb.add_option("VERSION", options->version,
                    "number, label, time or fingerprint; default: current");
    options->target.add_to(verb);
    verb.add_flag("--schema", options->schema, "print the schema of that version as SQL");
    verb.add_option("--schema-name,-n", options->selection.schemas,
                    "only what is in this schema; repeatable")
        ->type_name("NAME")
        ->allow_extra_args(false);
    verb.add_option("--object", options->selection.object,
                    "only this object, such as public.orders")
        ->type_name("NAME");
}

}  // namespace chronos::ctl
