// chronosctl check: does the schema fit? For entry points and health probes.
#include <CLI/CLI.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "chronos/check.hpp"
#include "chronos/connection.hpp"
#include "ctl/between.hpp"
#include "ctl/connection_options.hpp"
#include "ctl/json.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

using std::chrono::steady_clock;

struct check_options {
    connection_options target;
    std::optional<std::string> requirement;
    double wait_seconds = 0;
    bool quiet = false;
};

schema_version look(const check_options& options,
                    const std::optional<version_constraint>& constraint) {
    connection database(options.target.conninfo());
    return constraint ? require_version(database, *constraint) : current_version(database);
}

// Whether waiting can help: the server starts, or somebody migrates.
bool can_change(const error& failure) {
    return failure.retryable() || failure.code() == error_code::requirement ||
           failure.code() == error_code::not_installed;
}

schema_version wait_for(const check_options& options,
                        const std::optional<version_constraint>& constraint) {
    const auto limit = std::chrono::duration<double>(options.wait_seconds);
    const auto deadline =
        steady_clock::now() + std::chrono::duration_cast<steady_clock::duration>(limit);
    auto pause = std::chrono::milliseconds(50);
    for (;;) {
        try {
            return look(options, constraint);
        } catch (const error& failure) {
            if (!can_change(failure) || steady_clock::now() + pause > deadline) throw;
        }
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::milliseconds(1000));
    }
}

json required(const check_options& options) {
    return options.requirement ? json(*options.requirement) : json();
}

void report_unsatisfied(const check_options& options, const error& failure, output& out) {
    connection database(options.target.conninfo());
    out.document({{"satisfied", false},
                  {"required", required(options)},
                  {"version", to_json(current_version(database))},
                  {"error",
                   {{"code", to_string(failure.code())},
                    {"message", failure.what()},
                    {"detail", failure.detail()},
                    {"hint", failure.hint()}}}});
}

exit_status run(const check_options& options, output& out) {
    std::optional<version_constraint> constraint;
    if (options.requirement) constraint.emplace(*options.requirement);
    schema_version version;
    try {
        version = wait_for(options, constraint);
    } catch (const error& failure) {
        if (options.quiet) return check_status_of(failure.code());
        if (!out.json() || failure.code() != error_code::requirement) throw;
        report_unsatisfied(options, failure, out);
        return exit_status::failure;
    }
    if (options.quiet) return exit_status::success;
    if (out.json()) {
        out.document(
            {{"satisfied", true}, {"required", required(options)}, {"version", to_json(version)}});
    } else if (constraint) {
        out.line(printable(fmt::format("{} satisfies {}", version, constraint->text())));
    } else {
        out.line(printable(fmt::format("{}", version)));
    }
    return exit_status::success;
}

}  // namespace

void add_check(verbs& all) {
    auto options = std::make_shared<check_options>();
    CLI::App& verb = all.add(
        "check", "Tell whether the schema is the one that is needed",
        "  chronosctl check -d shop --require '>=42'\n"
        "  chronosctl check -d \"$DATABASE_URL\" --require '>=42 <50' --wait 30 && exec shop\n"
        "  chronosctl check --require 'label:release-1.0' --quiet\n",
        [options](output& out) { return run(*options, out); });
    options->target.add_to(verb);
    verb.add_option("--require", options->requirement,
                    "what is needed: '>=42', '>=42 <50', a label, a fingerprint")
        ->type_name("CONSTRAINT");
    verb.add_option("--wait", options->wait_seconds,
                    "wait so long for the server and for the version")
        ->type_name("SECONDS")
        ->check(between(0.0, 1e9));
    verb.add_flag("-q,--quiet", options->quiet, "print nothing, the exit code says it");
}

}  // namespace chronos::ctl
