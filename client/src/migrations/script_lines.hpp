// Scripts whose parts are told apart by comment lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chronos::internal {

// Each with its line end.
[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);

// The words of a line that is a comment "-- word word", in lower case with one blank between; empty
// for any other line, also for one that begins with blanks.
[[nodiscard]] std::string comment_words(std::string_view line);

// Whether these words begin with those of the marker.
[[nodiscard]] bool is_marker(std::string_view words, std::string_view marker);

// Whether a line says "-- chronos: no-transaction", or what sqlx and Atlas have for it.
[[nodiscard]] bool forbids_transaction(std::string_view text);

// The leading digits of a name.
[[nodiscard]] std::string_view digits_of(std::string_view name);

// "0001_add_orders.up.sql" without digits, separators and endings: "add orders".
[[nodiscard]] std::string readable_name(std::string_view name);

}  // namespace chronos::internal
