#include "migrations/second_tool.hpp"

#include <fmt/format.h>

#include "migrations/bookkeeping.hpp"

namespace chronos::internal {

void refuse_second_tool(session& on, const std::string& layout, const std::string& scope) {
    const std::string place =
        scope.empty() ? ""
                      : on.query_one("SELECT pg_catalog.quote_ident($1) || '.'", {scope}).text(0);
    for (const bookkeeping& book : read_bookkeeping(on, layout)) {
        if (book.applied.empty() || !book.table.starts_with(place)) continue;
        throw error(
            error_code::refused,
            fmt::format("{} has applied migrations here, and Chronos knows of none", book.tool),
            fmt::format("{} has {}, the last one is {}.", book.table, book.applied.size(),
                        book.applied.back().name),
            "Take them over with chronosctl migrate adopt, or add --beside-other-tool to run all "
            "that the directory has.");
    }
}

}  // namespace chronos::internal
