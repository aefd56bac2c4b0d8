// global/pg_control, the file that says which cluster this is and how it ended.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "chronos/timestamp.hpp"

namespace chronos::internal::guard {

struct control_file {
    std::string system_identifier;
    std::uint32_t version = 0;  // 1300: PostgreSQL 13 to 16
    std::uint32_t catalog_version = 0;
    std::uint32_t state = 0;
    timestamp written_at;
    std::optional<timestamp> last_checkpoint;  // nothing: of a version whose layout is not known
    bool intact = false;                       // its checksum is right

    // As pg_controldata prints it.
    [[nodiscard]] std::string state_text() const;
    [[nodiscard]] bool ended_well() const noexcept { return state == 1 || state == 2; }
};

// Nothing if it is no control file, or one of a machine of the other byte order.
[[nodiscard]] std::optional<control_file> read_control_file(std::string_view bytes);

// The system identifier in the first page of a WAL segment; empty if it is none.
[[nodiscard]] std::string system_identifier_of_wal(std::string_view page);

}  // namespace chronos::internal::guard
