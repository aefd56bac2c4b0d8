#include "compose/tree.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "chronos/error.hpp"

namespace chronos::internal::compose {

namespace {

// Aliases of aliases grow without bounds; no compose file comes near these.
constexpr std::size_t kMaxNodes = 200'000;
constexpr int kMaxDepth = 64;

class converter {
  public:
    converter(std::string file, const variables& known) : file_(std::move(file)), known_(known) {}

    tree convert(const YAML::Node& node, int depth = 0) {
        if (++nodes_ > kMaxNodes || depth > kMaxDepth) refuse(node, "is nested too deeply");
        tree result;
        result.at = {file_, line_of(node)};
        const std::string& tag = node.Tag();
        if (tag == "!reset" || tag == "!override") result.tag = tag;
        if (node.IsScalar()) {
            interpolated value = interpolate(node.Scalar(), known_);
            result.what = tree::kind::scalar;
            result.text = std::move(value.text);
            result.raw = node.Scalar();
            result.quoted = tag == "!";
            result.unresolved = value.unresolved;
        } else if (node.IsSequence()) {
            result.what = tree::kind::sequence;
            for (const auto& item : node) result.items.push_back(convert(item, depth + 1));
        } else if (node.IsMap()) {
            result.what = tree::kind::map;
            fill(result, node, depth);
        }
        return result;
    }

  private:
    static std::size_t line_of(const YAML::Node& node) {
        const YAML::Mark mark = node.Mark();
        return mark.line < 0 ? 0 : static_cast<std::size_t>(mark.line) + 1;
    }

    [[noreturn]] void refuse(const YAML::Node& node, std::string_view why) const {
        throw error(error_code::usage,
                    fmt::format("{}:{}: the document {}", file_, line_of(node), why));
    }

    // Keys of the map itself go before those that a merge key brings, wherever it stands.
    void fill(tree& result, const YAML::Node& node, int depth) {
        for (const auto& pair : node) {
            if (!pair.first.IsScalar()) refuse(pair.first, "has a key that is no text");
            const std::string& key = pair.first.Scalar();
            if (key == "<<") continue;
            tree value = convert(pair.second, depth + 1);
            // An alias has the place of its anchor; what people look for is where it is used.
            value.at.line = line_of(pair.first);
            result.set(key, std::move(value));
        }
        for (const auto& pair : node) {
            if (pair.first.Scalar() == "<<") merge(result, pair.second, depth);
        }
    }

    void merge(tree& result, const YAML::Node& from, int depth) {
        if (from.IsSequence()) {
            for (const auto& one : from) merge(result, one, depth + 1);
            return;
        }
        if (!from.IsMap()) refuse(from, "merges what is no map");
        tree other = convert(from, depth + 1);
        for (auto& [key, value] : other.entries) {
            if (result.find(key) == nullptr) result.set(key, std::move(value));
        }
    }

    std::string file_;
    const variables& known_;
    std::size_t nodes_ = 0;
};

bool name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool name_letter(char c) { return name_start(c) || (c >= '0' && c <= '9'); }

std::size_t name_length(std::string_view text) {
    if (text.empty() || !name_start(text.front())) return 0;
    return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), name_letter) -
                                    text.begin());
}

// Where the brace that is open at the beginning is closed; npos if never.
std::size_t closing_brace(std::string_view text) {
    int depth = 1;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '$' && i + 1 < text.size() && text[i + 1] == '{') {
            ++depth;
            ++i;
        } else if (text[i] == '}' && --depth == 0) {
            return i;
        }
    }
    return std::string_view::npos;
}

// What stands between the braces.
interpolated expression(std::string_view text, const variables& known) {
    const std::size_t length = name_length(text);
    const std::string name(text.substr(0, length));
    std::string_view rest = text.substr(length);
    const auto found = known.find(name);
    const bool colon = rest.starts_with(':');
    if (colon) rest.remove_prefix(1);
    const bool usable = found != known.end() && !(colon && found->second.empty());
    const char sign = rest.empty() ? '\0' : rest.front();
    if (!rest.empty()) rest.remove_prefix(1);
    if (sign == '+') return usable ? interpolate(rest, known) : interpolated{};
    if (usable) return {found->second, false};
    if (sign == '-') return interpolate(rest, known);
    return {"", true};
}

}  // namespace

tree::tree() = default;
tree::tree(const tree& other) = default;
tree::tree(tree&& other) noexcept = default;
tree& tree::operator=(const tree& other) = default;
tree& tree::operator=(tree&& other) noexcept = default;
tree::~tree() = default;

const tree* tree::find(std::string_view key) const {
    for (const auto& [name, value] : entries)
        if (name == key) return &value;
    return nullptr;
}

tree* tree::find(std::string_view key) {
    return const_cast<tree*>(static_cast<const tree*>(this)->find(key));
}

void tree::set(const std::string& key, tree value) {
    if (tree* known = find(key)) {
        *known = std::move(value);
    } else {
        entries.push_back({key, std::move(value)});
    }
}

std::string tree::text_of(std::string_view key) const {
    const tree* value = find(key);
    return value != nullptr && value->is_scalar() ? value->text : std::string();
}

bool tree::flag(std::string_view key) const {
    const std::string word = text_of(key);
    return word == "true" || word == "yes" || word == "on" || word == "True" || word == "TRUE";
}

interpolated interpolate(std::string_view text, const variables& known) {
    interpolated result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::string_view rest = text.substr(i + 1);
        if (text[i] != '$' || rest.empty()) {
            result.text += text[i];
            continue;
        }
        interpolated part;
        if (rest.front() == '$') {
            result.text += '$';
            ++i;
            continue;
        }
        if (rest.front() == '{') {
            const std::size_t end = closing_brace(rest.substr(1));
            if (end == std::string_view::npos) {
                result.text += text.substr(i);
                return result;
            }
            part = expression(rest.substr(1, end), known);
            i += end + 2;
        } else if (const std::size_t length = name_length(rest); length > 0) {
            part = expression(rest.substr(0, length), known);
            i += length;
        } else {
            result.text += '$';
            continue;
        }
        result.text += part.text;
        result.unresolved = result.unresolved || part.unresolved;
    }
    return result;
}

tree read_tree(const std::string& file, const std::string& text, const variables& known) {
    try {
        const std::vector<YAML::Node> documents = YAML::LoadAll(text);
        if (documents.size() > 1) {
            throw error(error_code::usage,
                        fmt::format("{}: holds {} documents", file, documents.size()), {},
                        "A compose file is one YAML document.");
        }
        return documents.empty() ? tree{} : converter(file, known).convert(documents.front());
    } catch (const YAML::Exception& wrong) {
        throw error(error_code::usage,
                    fmt::format("{}:{}: {}", file, wrong.mark.line + 1, wrong.msg));
    }
}

}  // namespace chronos::internal::compose
