// What a database holds, read under one snapshot.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "connection/session.hpp"
#include "repository/manifest.hpp"

namespace chronos::internal {

struct source_table {
    std::uint32_t oid = 0;
    std::string schema;
    std::string name;
    bool has_rows_of_its_own = true;  // false: a partitioned table
    bool unlogged = false;
    bool is_heap = true;  // other access methods cannot be read by block ranges
    table_kind kind = table_kind::table;
    std::string condition;  // of an extension's configuration table: "WHERE ..." or empty
    std::uint64_t heap_bytes = 0;
    std::uint64_t toast_bytes = 0;
    std::vector<std::string> columns;
    copy_format format = copy_format::binary;

    [[nodiscard]] std::string quoted() const;
};

// Their oids, as a value of type oid[].
[[nodiscard]] std::string oid_array(const std::vector<source_table>& tables);

// The tables that a snapshot has to lock, partitioned ones included, without their columns.
[[nodiscard]] std::vector<source_table> list_tables(session& on);

// Fills in sizes, columns and formats. Only under the snapshot: what is added to a table later does
// not matter to it.
void describe_tables(session& on, std::vector<source_table>& tables);

[[nodiscard]] database_info read_database(session& on);
[[nodiscard]] server_info read_server(session& on);
[[nodiscard]] std::vector<sequence_state> read_sequences(session& on);
// Populated ones, each after those that it reads.
[[nodiscard]] std::vector<relation_name> list_matviews(session& on);

}  // namespace chronos::internal
