#include "restore/post_data.hpp"

#include <algorithm>
#include <mutex>
#include <set>

namespace chronos::internal {
namespace {

constexpr int kDeadlockTries = 5;

std::set<std::string> views_made_here(const std::vector<script_statement>& statements) {
    std::set<std::string> names;
    for (const auto& statement : statements) {
        if (statement.type == "MATERIALIZED VIEW")
            names.insert(statement.schema + "." + statement.name);
    }
    return names;
}

}  // namespace

post_data::post_data(std::vector<script_statement> statements,
                     const std::map<std::string, std::uint64_t>& table_bytes, on_failure policy,
                     warn_function warn)
    : policy_(policy), warn_(std::move(warn)) {
    const auto late_views = views_made_here(statements);
    std::map<std::string, std::vector<script_statement>> by_table;
    for (auto& statement : statements) {
        if (statement.type == "EVENT TRIGGER") {
            event_triggers_.push_back(std::move(statement));
            continue;
        }
        const auto table = statement.type == "INDEX" || statement.type == "CONSTRAINT"
                               ? unquoted(subject_table(statement.text))
                               : std::string();
        if (table.empty() || late_views.contains(table)) {
            rest_.push_back(std::move(statement));
        } else {
            by_table[table].push_back(std::move(statement));
        }
    }
    std::vector<std::pair<std::uint64_t, std::string>> order;
    for (const auto& [table, list] : by_table) {
        const auto size = table_bytes.find(table);
        order.emplace_back(size == table_bytes.end() ? 0 : size->second, table);
    }
    std::sort(order.begin(), order.end());
    for (const auto& [size, table] : order) builds_.push_back({table, std::move(by_table[table])});
}

void post_data::warn(const std::string& text) {
    const std::lock_guard guard(warning_);
    warn_(text);
}

// Keys of several tables of one inheritance tree can lock each other out; the server picks one.
void post_data::run(session& on, const script_statement& statement) {
    for (int attempt = 1;; ++attempt) {
        try {
            const warn_function warn_one = [this](const std::string& text) { warn(text); };
            if (policy_ == on_failure::take_back) {
                run_statement_within(on, statement, warn_one);
            } else {
                run_statement(on, statement, warn_one);
            }
            return;
        } catch (const server_error& failure) {
            if (failure.sqlstate() == "40P01" && attempt < kDeadlockTries) continue;
            if (policy_ == on_failure::stop || failure.code() != error_code::database) throw;
            warn(failure.what());
            return;
        }
    }
}

void post_data::build(session& on, const table_builds& builds, const interruption& interrupted) {
    for (const auto& statement : builds.statements) {
        interrupted.check();
        run(on, statement);
    }
}

void post_data::build_indexes_of(const std::string& table, session& on,
                                 const interruption& interrupted) {
    table_builds found;
    {
        const std::lock_guard guard(mutex_);
        const auto at = std::find_if(builds_.begin(), builds_.end(),
                                     [&](const auto& each) { return each.table == table; });
        if (at == builds_.end()) return;
        found = std::move(*at);
        builds_.erase(at);
    }
    build(on, found, interrupted);
}

void post_data::build_indexes(const std::vector<session*>& workers, const std::stop_token& stop) {
    const auto take = [&](table_builds& next) {
        const std::lock_guard guard(mutex_);
        if (builds_.empty()) return false;
        next = std::move(builds_.back());
        builds_.pop_back();
        return true;
    };
    run_workers(workers, stop, [&](session& on, const interruption& interrupted) {
        table_builds next;
        while (take(next)) build(on, next, interrupted);
    });
}

void post_data::run_rest(session& on, const interruption& interrupted) {
    for (const auto& statement : rest_) {
        interrupted.check();
        run(on, statement);
    }
}

void post_data::run_event_triggers(session& on, const interruption& interrupted) {
    for (const auto& statement : event_triggers_) {
        interrupted.check();
        run(on, statement);
    }
}

}  // namespace chronos::internal
