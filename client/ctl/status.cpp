// chronosctl status: what there is, and whether the parts fit together.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "chronos/drill.hpp"
#include "chronos/error.hpp"
#include "chronos/store.hpp"
#include "ctl/connection_options.hpp"
#include "ctl/json.hpp"
#include "ctl/table.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

struct database_status {
    std::string database;
    component_versions components;
    schema_version version;
    store_size store;
    // None: the role may not see them.
    std::optional<std::size_t> uncovered;
    std::optional<std::vector<known_repository>> repositories;
    std::optional<std::vector<snapshot_run>> runs;
    std::optional<std::vector<recovery_objective>> objectives;
};

template <typename read>
auto unless_forbidden(read&& function) -> std::optional<decltype(function())> {
    try {
        return function();
    } catch (const error& failure) {
        if (failure.code() != error_code::permission) throw;
        return std::nullopt;
    }
}

database_status read_status(connection& database) {
    database_status status;
    status.database = database.database();
    status.components = components(database);
    status.version = current_version(database);
    status.store = measure_store(database);
    status.uncovered = unless_forbidden([&] { return uncovered_objects(database).size(); });
    status.repositories = unless_forbidden([&] { return known_repositories(database); });
    status.runs = unless_forbidden([&] { return snapshot_runs(database); });
    status.objectives = unless_forbidden([&] { return recovery_objectives(database); });
    return status;
}

const snapshot_run* newest(const std::vector<snapshot_run>& runs, run_state state) {
    const auto found = std::find_if(runs.begin(), runs.end(),
                                    [state](const auto& run) { return run.state == state; });
    return found == runs.end() ? nullptr : &*found;
}

json objectives_of(const database_status& status) {
    if (!status.objectives) return {};
    json list = json::array();
    for (const recovery_objective& one : *status.objectives) {
        list.push_back(
            {{"objective", one.objective},
             {"target_seconds", one.target_seconds ? json(*one.target_seconds) : json()},
             {"present_seconds", one.present_seconds ? json(*one.present_seconds) : json()},
             {"met", one.met ? json(*one.met) : json()},
             {"evidence", one.evidence}});
    }
    return list;
}

json document_of(const database_status& status) {
    json result{{"database", status.database},
                {"recovery_objectives", objectives_of(status)},
                {"version", to_json(status.version)},
                {"history",
                 {{"versions", status.store.versions},
                  {"objects", status.store.objects},
                  {"gaps", status.store.gaps},
                  {"bytes", status.store.bytes}}},
                {"uncovered", status.uncovered ? json(*status.uncovered) : json()},
                {"components", to_json(status.components)},
                {"mismatches", json::array()},
                {"repositories", json()},
                {"last_snapshot", json()},
                {"running", json()}};
    for (const component_mismatch& one : mismatches(status.components)) {
        result["mismatches"].push_back({{"message", one.message}, {"hint", one.hint}});
    }
    if (status.repositories) {
        result["repositories"] = json::array();
        for (const auto& one : *status.repositories) result["repositories"].push_back(to_json(one));
    }
    if (status.runs) {
        const snapshot_run* last = newest(*status.runs, run_state::complete);
        if (last != nullptr) result["last_snapshot"] = to_json(*last);
        result["running"] = json::array();
        for (const auto& run : *status.runs) {
            if (run.state == run_state::running) result["running"].push_back(to_json(run));
        }
    }
    return result;
}

constexpr const char* kForbidden = "not shown: the role is no member of pg_read_all_stats";

// What an operator asks first.
void add_objectives(field_list& fields, const database_status& status, const output& out) {
    const auto time = [](double seconds) {
        return human_duration(std::chrono::duration<double>(seconds));
    };
    if (!status.objectives) {
        fields.add("recovery", kForbidden);
        return;
    }
    for (const recovery_objective& one : *status.objectives) {
        std::string text = one.present_seconds ? time(*one.present_seconds) : "unknown";
        if (one.met) {
            text += fmt::format(", target {}: {}", time(*one.target_seconds),
                                *one.met ? out.good("met") : out.bad("missed"));
        }
        fields.add(one.objective, text + "; " + one.evidence);
    }
}

void add_repositories(field_list& fields, const database_status& status) {
    if (!status.repositories) {
        fields.add("repositories", kForbidden);
    } else if (status.repositories->empty()) {
        fields.add("repositories", "none; chronosctl repository add NAME URL adds one");
    } else {
        const char* name = "repositories";
        for (const auto& one : *status.repositories) {
            fields.add(name, one.name + "  " + one.url);
            name = "";
        }
    }
}

std::string uncovered_text(const database_status& status) {
    if (!status.uncovered) return "not shown: the role may not read chronos.uncovered";
    if (*status.uncovered == 0) return "nothing";
    return counted(*status.uncovered, "object") + "; chronos.uncovered lists them";
}

std::string run_line(const snapshot_run& run) {
    std::string text = run.id;
    if (!run.label.empty()) text += " (" + run.label + ")";
    text += ", " + local_time(run.finished_at.value_or(run.started_at));
    if (run.state == run_state::complete) {
        text += fmt::format(", {}, {}", counted(run.rows, "row"), human_bytes(run.plain_bytes));
    } else if (run.bytes_total > 0) {
        text +=
            fmt::format(", {} of {}", human_bytes(run.bytes_done), human_bytes(run.bytes_total));
    }
    return text;
}

void add_runs(field_list& fields, const database_status& status) {
    if (!status.runs) {
        fields.add("snapshots", kForbidden);
        return;
    }
    const snapshot_run* last = newest(*status.runs, run_state::complete);
    fields.add("last snapshot", last == nullptr ? "none by this server" : run_line(*last));
    for (const auto& run : *status.runs) {
        if (run.state == run_state::running) fields.add("running", run_line(run));
    }
    if (!status.runs->empty() && status.runs->front().state == run_state::failed) {
        fields.add("last failure", status.runs->front().id + ": " + status.runs->front().message);
    }
}

std::string text_of(const database_status& status, const output& out) {
    field_list fields;
    fields.add("database", status.database);
    add_objectives(fields, status, out);
    fields.add("version", fmt::format("{}", status.version).substr(std::string("version ").size()));
    fields.add("committed", local_time(status.version.committed_at));
    fields.add("timeline", status.version.timeline);
    fields.add("fingerprint", status.version.fingerprint.hex());
    fields.add("history", fmt::format("{}, {}, {}", counted(status.store.versions, "version"),
                                      counted(status.store.objects, "object"),
                                      human_bytes(status.store.bytes)));
    if (status.store.gaps > 0) {
        fields.add(
            "not recorded",
            fmt::format("{} changes; SELECT chronos.reconcile() records them", status.store.gaps));
    }
    fields.add("not covered", uncovered_text(status));
    add_repositories(fields, status);
    add_runs(fields, status);
    fields.add("server", "PostgreSQL " + status.components.server);
    fields.add("extension", status.components.extension);
    fields.add("chronos.so",
               status.components.module.empty() ? "unknown" : status.components.module);
    fields.add("chronosctl", status.components.library);
    return fields.render();
}

exit_status run(const connection_options& target, output& out) {
    connection database(target.conninfo());
    const database_status status = read_status(database);
    if (out.json()) {
        out.document(document_of(status));
    } else {
        out.text(text_of(status, out));
        for (const auto& one : mismatches(status.components)) out.warning(one.message, one.hint);
    }
    return exit_status::success;
}

}  // namespace

void add_status(verbs& all) {
    auto target = std::make_shared<connection_options>();
    CLI::App& verb = all.add(
        "status", "Show the version, the repositories, the last snapshot and the components",
        "  chronosctl status -d shop\n"
        "  chronosctl status --json | jq .last_snapshot.finished_at\n",
        [target](output& out) { return run(*target, out); });
    target->add_to(verb);
}

}  // namespace chronos::ctl
