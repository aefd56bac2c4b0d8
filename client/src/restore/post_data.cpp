#include "restore/post_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <set>

#include "core/sql_name.hpp"
#include "restore/data_loader.hpp"

namespace chronos::internal {
namespace {

constexpr int kDeadlockTries = 5;

std::set<std::string> views_made_here(const std::vector<script_statement>& statements) {
    std::set<std::string> names;
    for (const auto& statement : statements) {
        if (statement.type == "MATERIALIZED VIEW")
            names.insert(quoted_table(statement.schema, statement.name));
    }
    return names;
}

// While the locks of all that was made before are held, nobody else waits for these for long.
bool is_taken_lock(const server_error& failure) {
    return failure.sqlstate() == "55P03" || failure.sqlstate() == "40P01";
}

}  // namespace

post_data::post_data(std::vector<script_statement> statements,
                     const std::map<std::string, std::uint64_t>& table_bytes, on_failure policy,
                     warn_function warn)
    : policy_(policy), warn_(std::move(warn)) {
    const auto late_views = views_made_here(statements);
    std::map<std::string, table_builds> by_table;
    for (auto& statement : statements) {
        if (statement.type == "EVENT TRIGGER") {
            event_triggers_.push_back(std::move(statement));
            continue;
        }
        const auto table = statement.type == "INDEX" || statement.type == "CONSTRAINT"
                               ? core::fully_quoted(subject_table(statement.text))
                               : std::string();
        if (table.empty() || late_views.contains(table)) {
            rest_.push_back(std::move(statement));
        } else {
            add_build(by_table[table], std::move(statement));
        }
    }
    std::vector<std::pair<std::uint64_t, std::string>> order;
    for (const auto& [table, list] : by_table) {
        const auto size = table_bytes.find(table);
        order.emplace_back(size == table_bytes.end() ? 0 : size->second, table);
    }
    std::sort(order.begin(), order.end());
    for (const auto& [size, table] : order) {
        by_table[table].table = table;
        builds_.push_back(std::move(by_table[table]));
    }
}

// What follows an index in its entry, as ALTER TABLE ... CLUSTER ON, goes with it.
void post_data::add_build(table_builds& to, script_statement statement) {
    const auto is_of = [&statement](const std::vector<script_statement>& list) {
        return !list.empty() && list.back().name == statement.name &&
               list.back().type == statement.type && list.back().schema == statement.schema;
    };
    const bool computed = is_of(to.computed) || !is_plain_index(statement.text);
    (computed ? to.computed : to.plain).push_back(std::move(statement));
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
            if (policy_ == on_failure::take_back && is_taken_lock(failure)) {
                warn(fmt::format("left out: {} ({})", statement.text, failure.what()));
                return;
            }
            if (policy_ == on_failure::stop || failure.code() != error_code::database) throw;
            warn(failure.what());
            return;
        }
    }
}

void post_data::build(session& on, const std::vector<script_statement>& statements,
                      const interruption& interrupted) {
    for (const auto& statement : statements) {
        interrupted.check();
        run(on, statement);
    }
}

void post_data::build_indexes_of(const std::string& table, session& on,
                                 const interruption& interrupted) {
    std::vector<script_statement> found;
    {
        const std::lock_guard guard(mutex_);
        const auto at = std::find_if(builds_.begin(), builds_.end(),
                                     [&](const auto& each) { return each.table == table; });
        if (at == builds_.end()) return;
        std::swap(found, at->plain);
        if (at->computed.empty()) builds_.erase(at);
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
        while (take(next)) {
            build(on, next.plain, interrupted);
            build(on, next.computed, interrupted);
        }
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
