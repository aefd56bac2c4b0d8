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
                     const std::map<std::string, std::uint64_t>& table_bytes, on_failure policy)
    : policy_(policy) {
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
    for (const auto& [size, table] : order) builds_.push_back(std::move(by_table[table]));
}

// Keys of several tables of one inheritance tree can lock each other out; the server picks one.
void post_data::run(session& on, const script_statement& statement,
                    const warn_function& warn) const {
    for (int attempt = 1;; ++attempt) {
        try {
            if (policy_ == on_failure::take_back) {
                run_statement_within(on, statement, warn);
            } else {
                run_statement(on, statement, warn);
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

void post_data::build_indexes(const std::vector<session*>& workers, const std::stop_token& stop,
                              const warn_function& warn) {
    std::mutex mutex;
    const warn_function warn_one = [&](const std::string& text) {
        const std::lock_guard guard(mutex);
        warn(text);
    };
    const auto take = [&](std::vector<script_statement>& next) {
        const std::lock_guard guard(mutex);
        if (builds_.empty()) return false;
        next = std::move(builds_.back());
        builds_.pop_back();
        return true;
    };
    run_workers(workers, stop, [&](session& on, const interruption& interrupted) {
        std::vector<script_statement> next;
        while (take(next)) {
            for (const auto& statement : next) {
                interrupted.check();
                run(on, statement, warn_one);
            }
        }
    });
}

void post_data::run_rest(session& on, const interruption& interrupted, const warn_function& warn) {
    for (const auto& statement : rest_) {
        interrupted.check();
        run(on, statement, warn);
    }
}

void post_data::run_event_triggers(session& on, const interruption& interrupted,
                                   const warn_function& warn) {
    for (const auto& statement : event_triggers_) {
        interrupted.check();
        run(on, statement, warn);
    }
}

}  // namespace chronos::internal
