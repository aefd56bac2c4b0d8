// What only the extension in the source's server can tell: about tables, pages, and the history.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "connection/session.hpp"
#include "snapshot/catalog.hpp"
#include "snapshot/range_plan.hpp"

namespace chronos::internal {

struct page_facts {
    bool is_settled = false;
    std::uint64_t pages = 0;
    std::string newest_lsn;
    std::string oldest_lsn;  // "0/0" where a page has none
};

enum class page_look { headers, tuples };

// All of it within the transaction that the snapshot is of.
// Why pages prove nothing here: no extension, a standby, ... Empty: they do.
[[nodiscard]] std::string why_no_proof(session& on);

struct gate_facts {
    std::string file_path;
    std::string signature;
    std::string refusal;  // empty: none
};
// One for each of `tables`.
[[nodiscard]] std::vector<gate_facts> read_gate(session& on,
                                                const std::vector<source_table>& tables);

// One for each of `ranges`, of which the session holds the tables' locks. Nothing at all if the
// server cannot tell; the transaction goes on.
[[nodiscard]] std::optional<std::vector<page_facts>> read_pages(
    session& on, const std::vector<source_table>& tables, std::span<const block_range> ranges,
    page_look look);

[[nodiscard]] bool sees_marker(session& on, const std::string& marker);

// In a transaction of its own, on the server that the session has read. Throws server_error.
void write_marker(session& on, const std::string& marker);

}  // namespace chronos::internal
