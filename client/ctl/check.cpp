// chronosctl check: does the schema fit? For entry points and health probes.
#include <CLI/CLI.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "chronos/check.hpp"
#include "chronos/connection.hpp"
#include "chronos/contract.hpp"
#include "ctl/between.hpp"
#include "ctl/connection_options.hpp"
#include "ctl/contract_file.hpp"
#include "ctl/json.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

using std::chrono::steady_clock;

struct check_options {
    connection_options target;
    std::optional<std::string> requirement;
    std::optional<std::string> contract_path;
    double wait_seconds = 0;
    bool quiet = false;
};

struct demand {
    std::optional<version_constraint> version;
    std::optional<contract> uses;

    explicit demand(const check_options& options) {
        if (options.requirement) version.emplace(*options.requirement);
        if (options.contract_path) uses.emplace(read_contract(*options.contract_path));
    }
};

schema_version look(const check_options& options, const demand& wanted) {
    connection database(options.target.conninfo());
    if (!wanted.uses) {
        return wanted.version ? require_version(database, *wanted.version)
                              : current_version(database);
    }
    if (wanted.version) (void)require_version(database, *wanted.version);
    return require_contract(database, *wanted.uses);
}

// Whether waiting can help: the server starts, or somebody migrates.
bool can_change(const error& failure) {
    return failure.retryable() || failure.code() == error_code::requirement ||
           failure.code() == error_code::not_installed;
}

schema_version look_until(const check_options& options, const demand& wanted) {
    const auto limit = std::chrono::duration<double>(options.wait_seconds);
    const auto deadline =
        steady_clock::now() + std::chrono::duration_cast<steady_clock::duration>(limit);
    auto pause = std::chrono::milliseconds(50);
    for (;;) {
        try {
            return look(options, wanted);
        } catch (const error& failure) {
            if (!can_change(failure) || steady_clock::now() + pause > deadline) throw;
        }
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::milliseconds(1000));
    }
}

json document_of(bool is_satisfied, const check_options& options, const schema_version& version) {
    json document{{"satisfied", is_satisfied},
                  {"required", options.requirement ? json(*options.requirement) : json()}};
    if (options.contract_path) document["contract"] = *options.contract_path;
    document["version"] = to_json(version);
    return document;
}

void report_unsatisfied(const check_options& options, const error& failure, output& out) {
    connection database(options.target.conninfo());
    json document = document_of(false, options, current_version(database));
    document["error"] = {{"code", to_string(failure.code())},
                         {"message", failure.what()},
                         {"detail", failure.detail()},
                         {"hint", failure.hint()}};
    out.document(document);
}

std::string sentence(const demand& wanted, const schema_version& version) {
    std::string text = fmt::format("{}", version);
    if (wanted.version) text += fmt::format(" satisfies {}", wanted.version->text());
    if (!wanted.uses) return text;
    text += wanted.version ? " and keeps the contract" : " keeps the contract";
    return wanted.uses->name().empty() ? text : text + " \"" + wanted.uses->name() + '"';
}

exit_status run(const check_options& options, output& out) {
    const demand wanted(options);
    schema_version version;
    try {
        version = look_until(options, wanted);
    } catch (const error& failure) {
        if (options.quiet) return check_status_of(failure.code());
        if (!out.json() || failure.code() != error_code::requirement) throw;
        report_unsatisfied(options, failure, out);
        return exit_status::failure;
    }
    if (options.quiet) return exit_status::success;
    if (out.json()) {
        out.document(document_of(true, options, version));
    } else {
        out.line(printable(sentence(wanted, version)));
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
        "  chronosctl check -d shop --contract contract.json\n"
        "  chronosctl check --require 'label:release-1.0' --quiet\n",
        [options](output& out) { return run(*options, out); });
    options->target.add_to(verb);
    verb.add_option("--require", options->requirement,
                    "what is needed: '>=42', '>=42 <50', a label, a fingerprint")
        ->type_name("CONSTRAINT");
    verb.add_option("--contract", options->contract_path,
                    "what is used of the schema, as \"contract make\" writes it; -: standard input")
        ->type_name("FILE");
    verb.add_option("--wait", options->wait_seconds,
                    "wait so long for the server and for the version")
        ->type_name("SECONDS")
        ->check(between(0.0, 1e9));
    verb.add_flag("-q,--quiet", options->quiet, "print nothing, the exit code says it");
}

}  // namespace chronos::ctl
