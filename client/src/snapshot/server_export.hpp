// Pieces that the extension makes inside the server: one message a piece instead of one a row.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "connection/session.hpp"
#include "repository/hash.hpp"
#include "repository/object_store.hpp"
#include "snapshot/catalog.hpp"
#include "snapshot/range_plan.hpp"

namespace chronos::internal {

// Of each of `tables` whether export_in_server can read it for this session: there is the
// extension, and the table is an ordinary one, all of whose rows are to be copied in the binary
// format.
[[nodiscard]] std::vector<bool> exported_by_server(session& on,
                                                   const std::vector<source_table>& tables);

struct packed_piece {
    packed_object object;
    std::uint64_t rows = 0;
    content_hash hash;
};

// What chronos.export_range() returned. Throws error_code::internal for what it cannot have
// returned.
[[nodiscard]] packed_piece read_packed_piece(std::string_view returned);

enum class export_end {
    whole,
    too_wide,  // a row is too large to be held there; others of the table may not be
    failed     // the server raised an error
};

// The pieces of one range, in their order. But for `whole` the range has to be copied, and what the
// sink was given is void. The transaction goes on.
[[nodiscard]] export_end export_in_server(session& on, const source_table& table,
                                          const block_range& range,
                                          const std::function<void(const packed_piece&)>& sink);

// Whether the bytes are those that the piece is named by. Costs about as much as making it did.
[[nodiscard]] bool is_genuine(const packed_piece& piece);

// Whether pieces come from another machine, which need not be trusted with the names of objects.
[[nodiscard]] bool is_remote(const session& on);

}  // namespace chronos::internal
