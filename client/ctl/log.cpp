// chronosctl log: the versions, newest first.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "ctl/between.hpp"
#include "ctl/connection_options.hpp"
#include "ctl/json.hpp"
#include "ctl/record.hpp"
#include "ctl/table.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

struct log_options {
    connection_options target;
    std::size_t limit = 0;
    bool oneline = false;
};

std::string lines_of(const std::vector<version_record>& records, std::size_t columns) {
    table lines({{"version", alignment::right}, {"time"}, {"cause"}, {"role"}, {"what"}});
    for (const version_record& record : records) {
        lines.add({std::to_string(record.number), local_time(record.committed_at), record.cause,
                   record.role, summary(record)});
    }
    return lines.render(columns);
}

exit_status run(const log_options& options, output& out) {
    connection database(options.target.conninfo());
    const auto records = history(database, options.limit);
    if (out.json()) {
        json list = json::array();
        for (const version_record& record : records) list.push_back(to_json(record));
        out.document(list);
    } else if (options.oneline) {
        out.text(lines_of(records, out.columns()));
    } else {
        for (std::size_t i = 0; i < records.size() && !out.reader_gone(); ++i) {
            if (i > 0) out.line("");
            out.text(described(records[i], out, detail::brief));
        }
    }
    return exit_status::success;
}

}  // namespace

void add_log(verbs& all) {
    auto options = std::make_shared<log_options>();
    CLI::App& verb = all.add("log", "List the versions of the schema, newest first",
                             "  chronosctl log -d shop --oneline --limit 20\n"
                             "  chronosctl log -d shop --json | jq '.[].statements'\n",
                             [options](output& out) { return run(*options, out); });
    options->target.add_to(verb);
    verb.add_option("-n,--limit", options->limit, "only so many of the newest")
        ->type_name("N")
        ->check(between(1, 1'000'000'000));
    verb.add_flag("--oneline", options->oneline, "one line a version");
}

}  // namespace chronos::ctl
