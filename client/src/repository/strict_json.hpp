// JSON as far as a repository needs it, read from files that anybody may have written.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace chronos::internal {

using json = nlohmann::json;

// Refuses what nlohmann::json would let pass: duplicate keys, fractions and numbers beyond 64 bits,
// deep nesting. Throws error_code::damaged; `what` names the text in the message.
[[nodiscard]] json parse_strict(std::string_view text, const std::string& what);

// The members of one JSON object, with their types and ranges checked. Members that nobody asks
// for are ignored: a later minor format may add some.
class json_reader {
  public:
    // `path` is where the object stands, for messages: "tables[3]".
    json_reader(const json& value, std::string path);

    [[nodiscard]] std::string text(const char* key) const;
    [[nodiscard]] std::string text_or_empty(const char* key) const;  // absent or null: empty
    [[nodiscard]] std::uint64_t count(const char* key, std::uint64_t highest) const;
    [[nodiscard]] std::int64_t number(const char* key) const;
    [[nodiscard]] bool flag(const char* key) const;
    [[nodiscard]] bool is_null(const char* key) const;  // absent or null
    [[nodiscard]] std::size_t size(const char* array) const;
    [[nodiscard]] json_reader object(const char* key) const;
    [[nodiscard]] std::optional<json_reader> optional_object(const char* key) const;

    // Calls for each element of an array, with its path.
    template <typename Visit>
    void each(const char* key, Visit visit) const {
        const json& array = member(key, json::value_t::array);
        for (std::size_t i = 0; i < array.size(); ++i) {
            visit(array[i], path_of(key) + "[" + std::to_string(i) + "]");
        }
    }

    [[nodiscard]] std::string path_of(const char* key) const;
    [[noreturn]] static void fail(const std::string& path, const std::string& problem);

  private:
    const json& member(const char* key, json::value_t type) const;

    const json* value_;
    std::string path_;
};

}  // namespace chronos::internal
