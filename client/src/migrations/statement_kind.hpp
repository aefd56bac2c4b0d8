// What a statement is, as far as running it depends on that. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chronos::internal {

// PostgreSQL refuses it inside BEGIN … COMMIT.
[[nodiscard]] bool needs_no_transaction(std::string_view statement);

enum class transaction_command { none, begin, commit, rollback, commit_and_chain, unsupported };

// COMMIT, END, ROLLBACK and so on, not what concerns savepoints. Unsupported: PREPARE TRANSACTION
// and what finishes it, ROLLBACK AND CHAIN.
[[nodiscard]] transaction_command transaction_command_of(std::string_view statement);

// SET and RESET, which last longer than the transaction.
[[nodiscard]] bool changes_session(std::string_view statement);

// CREATE INDEX CONCURRENTLY, as written.
struct concurrent_index {
    std::string name;   // empty: the server chooses
    std::string table;  // as a name that SQL understands
    bool if_not_exists = false;
};
[[nodiscard]] std::optional<concurrent_index> concurrent_index_of(std::string_view statement);

// ALTER TABLE … DETACH PARTITION … CONCURRENTLY, as written.
struct detached_partition {
    std::string parent;
    std::string partition;
};
[[nodiscard]] std::optional<detached_partition> detached_partition_of(std::string_view statement);

// The first index of DROP INDEX CONCURRENTLY; empty: it is another statement.
[[nodiscard]] std::string dropped_index_of(std::string_view statement);

// CREATE or DROP of what is known to the server by its name alone.
struct named_object {
    std::string kind;  // DATABASE, TABLESPACE, SUBSCRIPTION
    std::string name;
    bool dropped = false;
};
[[nodiscard]] std::optional<named_object> named_object_of(std::string_view statement);

// A word that statements begin with which may destroy rows: the server is to be asked about it.
[[nodiscard]] bool may_destroy(std::string_view statement);

// What a statement destroys by its words: a table or materialized view, one column of a table, or
// what tables are part of.
struct destroyed_data {
    std::string relation;  // as written
    std::string column;    // empty: the whole
};
[[nodiscard]] std::vector<destroyed_data> destroyed_by(std::string_view statement);

// On one line, without comments and with words in capitals, as patterns of statements expect it.
[[nodiscard]] std::string in_capitals(std::string_view statement);

}  // namespace chronos::internal
