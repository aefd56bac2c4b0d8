// chronosctl log: the versions, newest first.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "chronos/diff.hpp"
#include "ctl/between.hpp"
#include "ctl/colour_option.hpp"
#include "ctl/connection_options.hpp"
#include "ctl/difference.hpp"
#include "ctl/json.hpp"
#include "ctl/record.hpp"
#include "ctl/table.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

// So many are asked for at a time: whoever reads the first lines only waits for those.
constexpr std::size_t kPage = 200;

struct log_options {
    connection_options target;
    std::string object;
    std::string since;
    std::string until;
    std::string author;
    std::string colour = "auto";
    std::size_t limit = 0;
    bool oneline = false;
    bool changes = false;
    bool stat = false;
};

std::optional<timestamp> moment_of(const std::string& text, const char* option) {
    if (text.empty()) return std::nullopt;
    if (const auto moment = parse_timestamp(text)) return moment;
    throw error(error_code::usage, fmt::format("{} \"{}\" is no time", option, text), {},
                "A time looks like 2026-11-23 or 2026-11-23 04:19:32+01; UTC without a zone.");
}

history_filter filter_of(const log_options& options) {
    history_filter filter;
    filter.object = options.object;
    filter.since = moment_of(options.since, "--since");
    filter.until = moment_of(options.until, "--until");
    filter.role = options.author;
    return filter;
}

// Calls `use` with every page until there are no more or the reader is gone.
template <typename action>
void for_pages(const log_options& options, connection& database, const output& out, action use) {
    history_filter filter = filter_of(options);
    for (std::size_t seen = 0; !out.reader_gone();) {
        filter.limit = options.limit == 0 ? kPage : std::min(kPage, options.limit - seen);
        const auto records = history(database, filter);
        if (seen == 0 || !records.empty()) use(records);
        seen += records.size();
        if (records.size() < filter.limit || seen == options.limit) return;
        filter.before = records.back();
    }
}

std::string lines_of(const std::vector<version_record>& records, std::size_t columns) {
    table lines({{"version", alignment::right}, {"time"}, {"cause"}, {"role"}, {"what"}});
    for (const version_record& record : records) {
        lines.add({std::to_string(record.number), local_time(record.committed_at), record.cause,
                   record.role, summary(record)});
    }
    return lines.render(columns);
}

// Whether a change is one of the object that was asked for, or of what belongs to it.
bool concerns(const object_difference& change, const std::string& object) {
    const auto is = [&object](const std::string& identity) {
        const std::string with_dot = '.' + identity;
        return with_dot.ends_with('.' + object) || identity.ends_with(' ' + object) ||
               with_dot.find('.' + object + '(') != std::string::npos;
    };
    return object.empty() || is(change.identity) || is(change.old_identity);
}

std::vector<object_difference> changes_in(const log_options& options, connection& database,
                                          const version_record& record) {
    auto found = changes_of(database, record);
    const auto other = [&](const auto& one) { return !concerns(one, options.object); };
    // All of it, if what was asked for had another name then.
    if (std::all_of(found.begin(), found.end(), other)) return found;
    std::erase_if(found, other);
    return found;
}

void print(const log_options& options, connection& database, const version_record& record,
           output& out) {
    out.text(described(record, out, detail::brief));
    if (!options.changes && !options.stat) return;
    const auto changes = changes_in(options, database, record);
    if (options.stat && !changes.empty()) {
        out.line("");
        out.text(statistics(changes, out.columns(), out));
    }
    if (!options.changes) return;
    out.line("");
    for (const object_difference& change : changes) out.text(unified(change, out));
}

json with_changes(const log_options& options, connection& database, const version_record& record) {
    json document = to_json(record);
    if (!options.changes) return document;
    json list = json::array();
    for (const auto& change : changes_in(options, database, record)) {
        json one = to_json(change);
        one.erase("parts");
        list.push_back(one);
    }
    document["changes"] = list;
    return document;
}

void print_json(const log_options& options, connection& database, output& out) {
    json list = json::array();
    for_pages(options, database, out, [&](const std::vector<version_record>& records) {
        for (const version_record& record : records) {
            list.push_back(with_changes(options, database, record));
        }
    });
    out.document(list);
}

void print_lines(const log_options& options, connection& database, output& out) {
    bool first = true;
    for_pages(options, database, out, [&](const std::vector<version_record>& records) {
        const std::string text = lines_of(records, out.columns());
        out.text(first ? text : text.substr(text.find('\n') + 1));
        first = false;
    });
}

void print_records(const log_options& options, connection& database, output& out) {
    bool first = true;
    for_pages(options, database, out, [&](const std::vector<version_record>& records) {
        for (const version_record& record : records) {
            if (out.reader_gone()) return;
            if (!first) out.line("");
            first = false;
            print(options, database, record, out);
        }
    });
}

exit_status run(const log_options& options, output& out) {
    out.colours(options.colour);
    const history_filter checked = filter_of(options);
    connection database(options.target.conninfo());
    if (out.json()) {
        print_json(options, database, out);
    } else if (options.oneline) {
        print_lines(options, database, out);
    } else {
        print_records(options, database, out);
    }
    return exit_status::success;
}

void add_filters(CLI::App& verb, log_options& options) {
    verb.add_option("OBJECT", options.object, "only versions that changed it: public.orders");
    verb.add_option("-n,--limit", options.limit, "only so many of the newest")
        ->type_name("N")
        ->check(between(1, 1'000'000'000));
    verb.add_option("--since", options.since, "only versions committed then or later")
        ->type_name("TIME");
    verb.add_option("--until", options.until, "only versions committed then or earlier")
        ->type_name("TIME");
    verb.add_option("--author", options.author, "only versions made by this role")
        ->type_name("ROLE");
}

}  // namespace

void add_log(verbs& all) {
    auto options = std::make_shared<log_options>();
    CLI::App& verb = all.add("log", "List the versions of the schema, newest first",
                             "  chronosctl log -d shop --oneline --limit 20\n"
                             "  chronosctl log public.orders --changes -d shop\n"
                             "  chronosctl log -d shop --since 2026-11-01 --author alice --stat\n"
                             "  chronosctl log -d shop --json | jq '.[].statements'\n",
                             [options](output& out) { return run(*options, out); });
    add_filters(verb, *options);
    options->target.add_to(verb);
    auto* oneline = verb.add_flag("--oneline", options->oneline, "one line a version");
    verb.add_flag("--changes,--patch", options->changes,
                  "what each version changed, as a unified diff")
        ->excludes(oneline);
    verb.add_flag("--stat", options->stat, "lines added and removed of each object")
        ->excludes(oneline);
    add_colour_option(verb, options->colour);
}

}  // namespace chronos::ctl
