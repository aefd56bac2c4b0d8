// What a manifest says of a snapshot so that a later one can prove that rows have not changed
// since: see docs/incremental.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace chronos::internal {

// Blocks [first, last) of a table, or all from `first` on.
struct range_facts {
    std::uint64_t first = 0;
    std::optional<std::uint64_t> last;
    std::uint64_t pages = 0;   // how many there were; 0: not known
    std::string newest_lsn;    // "0/16B3748"; empty: not known
    bool is_settled = false;   // false: the rows that were copied prove nothing later
    std::uint64_t pieces = 0;  // the next so many of the table's
    std::string content_hash;  // of the range's rows

    friend bool operator==(const range_facts&, const range_facts&) = default;
};

struct table_facts {
    std::uint32_t oid = 0;
    std::string file_path;  // "base/5/16384"
    std::string signature;  // 64 hexadecimal digits, from chronos.reuse_facts()
    std::vector<range_facts> ranges;

    friend bool operator==(const table_facts&, const table_facts&) = default;
};

// What the proof was when the facts were written: other facts prove nothing.
inline constexpr std::uint64_t kProofVersion = 1;

struct incremental_info {
    std::uint64_t proof = kProofVersion;
    std::string marker;  // uuid; empty: none was written, so nothing can build on this snapshot
    std::string base;    // id of the snapshot whose pieces are used; empty: none
    std::uint64_t reused_pieces = 0;
    std::uint64_t reused_bytes = 0;  // plain

    friend bool operator==(const incremental_info&, const incremental_info&) = default;
};

}  // namespace chronos::internal
