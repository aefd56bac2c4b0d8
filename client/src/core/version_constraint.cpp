#include "core/version_constraint.hpp"

#include <algorithm>
#include <charconv>

namespace chronos::core {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::size_t kShortestFingerprint = 8;
constexpr std::size_t kWholeFingerprint = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool looks_like_fingerprint(std::string_view word) {
    return word.size() >= kShortestFingerprint && word.size() <= kWholeFingerprint &&
           std::all_of(word.begin(), word.end(), is_hex);
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') {
            c = static_cast<char>(c - 'A' + 'a');
        }
    }
    return out;
}

class reader {
  public:
    explicit reader(std::string_view text) : rest_(text) {}

    bool at_end() {
        const std::size_t start = rest_.find_first_not_of(kBlanks);
        rest_.remove_prefix(start == std::string_view::npos ? rest_.size() : start);
        return rest_.empty();
    }

    bool take(std::string_view sign) {
        if (at_end() || !rest_.starts_with(sign)) {
            return false;
        }
        rest_.remove_prefix(sign.size());
        return true;
    }

    version_term term() {
        version_term out;
        out.how = comparison_sign();
        if (at_end()) {
            throw constraint_error("a version is missing at the end of the requirement");
        }
        const bool label = take("label:");
        const bool fingerprint = !label && take("fingerprint:");
        const bool quoted = !at_end() && (rest_.front() == '\'' || rest_.front() == '"');
        const std::string name = quoted ? quoted_word() : plain_word();
        if (fingerprint) {
            set_fingerprint(out, name);
        } else if (!label && !quoted && std::all_of(name.begin(), name.end(), is_digit)) {
            out.number = number(name);
        } else {
            out.name = name;
            out.may_be_label = true;
            out.may_be_fingerprint = !label && !quoted && looks_like_fingerprint(name);
        }
        return out;
    }

  private:
    comparison comparison_sign() {
        if (take(">=")) return comparison::greater_equal;
        if (take("<=")) return comparison::less_equal;
        if (take("!=") || take("<>")) return comparison::not_equal;
        if (take(">")) return comparison::greater;
        if (take("<")) return comparison::less;
        if (take("==") || take("=")) return comparison::equal;
        return comparison::equal;
    }

    std::string plain_word() {
        const std::size_t end = std::min(rest_.find_first_of(" \t\r\n,<>=!'\""), rest_.size());
        if (end == 0) {
            const std::string found = rest_.empty() ? "the end" : '"' + std::string(rest_) + '"';
            throw constraint_error("a version was expected, but found " + found);
        }
        std::string word(rest_.substr(0, end));
        rest_.remove_prefix(end);
        return word;
    }

    // A quote inside is written twice.
    std::string quoted_word() {
        const char quote = rest_.front();
        std::string word;
        for (std::size_t i = 1; i < rest_.size(); ++i) {
            if (rest_[i] != quote) {
                word += rest_[i];
            } else if (i + 1 < rest_.size() && rest_[i + 1] == quote) {
                word += rest_[++i];
            } else if (word.empty()) {
                throw constraint_error("a label cannot be empty");
            } else {
                rest_.remove_prefix(i + 1);
                return word;
            }
        }
        throw constraint_error(std::string("a closing ") + quote + " is missing");
    }

    static std::int64_t number(const std::string& word) {
        std::int64_t value = 0;
        const auto result = std::from_chars(word.data(), word.data() + word.size(), value);
        if (result.ec != std::errc()) {
            throw constraint_error("version number " + word + " is too large");
        }
        return value;
    }

    static void set_fingerprint(version_term& out, const std::string& name) {
        if (!looks_like_fingerprint(name)) {
            throw constraint_error("fingerprint \"" + name +
                                   "\" must have 8 to 64 hexadecimal digits");
        }
        out.name = name;
        out.may_be_fingerprint = true;
    }

    std::string_view rest_;
};

bool compare(std::int64_t left, comparison how, std::int64_t right) {
    switch (how) {
        case comparison::equal:
            return left == right;
        case comparison::not_equal:
            return left != right;
        case comparison::less:
            return left < right;
        case comparison::less_equal:
            return left <= right;
        case comparison::greater:
            return left > right;
        case comparison::greater_equal:
            return left >= right;
    }
    return false;
}

std::optional<std::int64_t> labelled(const version_term& term, const schema_state& state) {
    if (!term.may_be_label || !state.version_of_label) {
        return std::nullopt;
    }
    return state.version_of_label(term.name);
}

bool matches_fingerprint(const version_term& term, const schema_state& state) {
    return state.fingerprint.starts_with(lower(term.name));
}

bool holds_for(const version_term& term, const schema_state& state) {
    if (term.number) {
        return compare(state.number, term.how, *term.number);
    }
    if (const auto number = labelled(term, state)) {
        return compare(state.number, term.how, *number);
    }
    if (!term.may_be_fingerprint || state.fingerprint.empty()) {
        return false;
    }
    switch (term.how) {
        case comparison::equal:
            return matches_fingerprint(term, state);
        case comparison::not_equal:
            return !matches_fingerprint(term, state);
        default:
            return false;
    }
}

}  // namespace

version_constraint version_constraint::parse(std::string_view text) {
    reader in(text);
    version_constraint out;
    if (in.at_end()) {
        throw constraint_error("the requirement is empty");
    }
    do {
        version_term term = in.term();
        const bool ordered = term.how != comparison::equal && term.how != comparison::not_equal;
        if (ordered && !term.number && !term.may_be_label) {
            throw constraint_error("fingerprints have no order: only = and != can be asked");
        }
        out.terms_.push_back(std::move(term));
        if (in.take(",") && in.at_end()) {
            throw constraint_error("a version is missing at the end of the requirement");
        }
    } while (!in.at_end());
    return out;
}

bool version_constraint::holds(const schema_state& state) const {
    return std::all_of(terms_.begin(), terms_.end(),
                       [&state](const version_term& term) { return holds_for(term, state); });
}

std::optional<std::string> version_constraint::unknown_label(const schema_state& state) const {
    for (const version_term& term : terms_) {
        if (term.may_be_label && !labelled(term, state) &&
            !(term.may_be_fingerprint && matches_fingerprint(term, state))) {
            return term.name;
        }
    }
    return std::nullopt;
}

}  // namespace chronos::core
