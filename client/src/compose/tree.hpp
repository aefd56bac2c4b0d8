// A YAML document as compose sees it: anchors and merge keys resolved, variables put in, and every
// value with its place.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chronos::internal::compose {

struct place {
    std::string file;
    std::size_t line = 0;
};

class tree {
  public:
    enum class kind { null, scalar, sequence, map };
    struct entry;

    tree();
    tree(const tree& other);
    tree(tree&& other) noexcept;
    tree& operator=(const tree& other);
    tree& operator=(tree&& other) noexcept;
    ~tree();

    kind what = kind::null;
    std::string text;            // of a scalar, variables put in
    std::string raw;             // the same as it is written
    bool quoted = false;         // the same: in quotes, so that it is text whatever it looks like
    bool unresolved = false;     // of a scalar: a variable in it is not set
    std::string tag;             // "!reset", "!override"; else empty
    std::vector<tree> items;     // of a sequence
    std::vector<entry> entries;  // of a map, in the order of the file
    place at;

    [[nodiscard]] bool is_map() const noexcept { return what == kind::map; }
    [[nodiscard]] bool is_sequence() const noexcept { return what == kind::sequence; }
    [[nodiscard]] bool is_scalar() const noexcept { return what == kind::scalar; }

    // The value of a key of a map; null if there is none.
    [[nodiscard]] const tree* find(std::string_view key) const;
    [[nodiscard]] tree* find(std::string_view key);
    void set(const std::string& key, tree value);
    // The text of a scalar below a key; empty if there is none.
    [[nodiscard]] std::string text_of(std::string_view key) const;
    [[nodiscard]] bool flag(std::string_view key) const;
};

struct tree::entry {
    std::string key;
    tree value;
};

using variables = std::map<std::string, std::string>;

// Throws error_code::usage with file and line if the text is no YAML, or too large to be meant.
[[nodiscard]] tree read_tree(const std::string& file, const std::string& text,
                             const variables& known);

// Puts variables in: $NAME, ${NAME}, ${NAME:-default}, ${NAME-default}, ${NAME:+other},
// ${NAME+other}, ${NAME:?error}, $$. Defaults may hold variables themselves.
struct interpolated {
    std::string text;
    bool unresolved = false;  // a variable without a value or a default
};
[[nodiscard]] interpolated interpolate(std::string_view text, const variables& known);

}  // namespace chronos::internal::compose
