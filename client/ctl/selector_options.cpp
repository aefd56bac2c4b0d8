#include "ctl/selector_options.hpp"

#include <CLI/CLI.hpp>

#include "chronos/error.hpp"

namespace chronos::ctl {

void selector_options::add_to(CLI::App& verb) {
    verb.add_option("SNAPSHOT", name, "latest, an id or the beginning of one, or a label");
    verb.add_option("--before-version", before_version,
                    "the newest snapshot of a schema older than version N")
        ->type_name("N");
    verb.add_option("--at", at, "the newest snapshot taken by then; UTC unless it has a zone")
        ->type_name("TIME");
    verb.add_option("--of-database", database, "of this database, if the repository has several")
        ->type_name("NAME");
}

std::optional<snapshot_selector> selector_options::chosen() const {
    const int given = static_cast<int>(!name.empty()) +
                      static_cast<int>(before_version.has_value()) + static_cast<int>(!at.empty());
    if (given > 1) {
        throw error(error_code::usage, "SNAPSHOT, --before-version and --at exclude each other");
    }
    std::optional<snapshot_selector> selector;
    if (!name.empty()) {
        selector = snapshot_selector::named(name);
    } else if (before_version) {
        selector = snapshot_selector::before_version(*before_version);
    } else if (!at.empty()) {
        const auto moment = parse_timestamp(at);
        if (!moment) {
            throw error(error_code::usage, "\"" + at + "\" is not a point in time", {},
                        "Write it as 2026-11-23 or 2026-11-23 04:19:32+01.");
        }
        selector = snapshot_selector::at(*moment);
    } else if (!database.empty()) {
        selector = snapshot_selector::latest();
    }
    if (selector && !database.empty()) selector = selector->of_database(database);
    return selector;
}

}  // namespace chronos::ctl
