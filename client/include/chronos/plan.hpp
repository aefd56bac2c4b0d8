// The statements that lead from one state of a schema to another.
#pragma once

#include <chronos/export.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chronos {

class connection;

struct plan_step {
    std::string statement;  // with its semicolon
    std::string kind;
    std::string identity;
    // data_loss, rewrite, scan, long_lock, not_transactional, column_order, not_reversible,
    // unreachable, missing
    std::vector<std::string> hazards;
    std::string lock;           // AccessExclusiveLock, …; empty: none
    bool transactional = true;  // false: fails inside BEGIN … COMMIT
    // What is destroyed or rewritten, as much of it as there is now.
    std::optional<std::int64_t> rows_at_stake;
    std::optional<std::int64_t> bytes_at_stake;
    std::string note;

    friend bool operator==(const plan_step&, const plan_step&) = default;
};

enum class column_order {
    append,  // a column that comes back is the last of its table
    restore  // a table whose columns would stand in another order is made anew, its rows are copied
};

// References as for diff(). Nothing is changed. Throws not_found, and as current_version() does.
// Thread-safety: that of the connection.
[[nodiscard]] CHRONOS_EXPORT std::vector<plan_step> plan(connection& database,
                                                         std::string_view from, std::string_view to,
                                                         column_order order = column_order::append);

// The steps as a script for psql: hazards as comments, what cannot run in a transaction outside of
// one.
[[nodiscard]] CHRONOS_EXPORT std::string script_of(const std::vector<plan_step>& steps);

}  // namespace chronos
