// The tables in which other tools keep what they have applied.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connection/session.hpp"

namespace chronos::internal {

// What a tool has applied. A plain value.
struct applied_elsewhere {
    std::string name;  // as the tool writes it: "0042", "1.2", a file without its ending
    value at;          // when, as the server prints it; null: not kept
    value by;          // who; null: not kept
};

struct bookkeeping {
    std::string tool;   // golang-migrate
    std::string table;  // public.schema_migrations, quoted where SQL needs it
    // All up to the only one are meant.
    bool is_high_mark = false;
    // In the order in which they were applied, as far as the tool knows it.
    std::vector<applied_elsewhere> applied;
};

// Tables of tools whose directories have this layout ("goose", "numbered", …), as the extension
// knows them; with `tool`, of that tool alone, whatever the layout. Throws refused where the tool
// itself says that something is half done.
[[nodiscard]] std::vector<bookkeeping> read_bookkeeping(session& on, std::string_view layout,
                                                        std::string_view tool = {});

// The names of all tools that are known, in order.
[[nodiscard]] std::vector<std::string> bookkeeping_tools();

}  // namespace chronos::internal
