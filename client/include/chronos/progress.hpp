// How far a snapshot or a restore is.
#pragma once

#include <chronos/export.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace chronos {

enum class progress_phase {
    schema,    // definitions are read or created
    data,      // rows are read or loaded
    indexes,   // restore: indexes, constraints, materialized views
    manifest,  // snapshot: the last step, after which it counts
};

// The name as it stands in --json output: "data".
[[nodiscard]] CHRONOS_EXPORT std::string_view to_string(progress_phase phase) noexcept;

struct progress {
    progress_phase phase = progress_phase::schema;
    std::uint64_t tables_done = 0;
    std::uint64_t tables_total = 0;
    std::uint64_t bytes_done = 0;  // snapshot: of the tables on disk, an estimate; restore: plain
    std::uint64_t bytes_total = 0;
    std::uint64_t rows = 0;
};

// Called a few times a second, never from two threads at once, not always from the same one. An
// exception thrown by it ends the work.
using progress_callback = std::function<void(const progress&)>;

// What a person should know although the work goes on. Called as progress_callback is.
using warning_callback = std::function<void(const std::string&)>;

}  // namespace chronos
