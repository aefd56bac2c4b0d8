#include "core/sql_lexer.hpp"

#include <algorithm>

namespace chronos::internal {
namespace {

constexpr std::size_t npos = std::string_view::npos;

bool is_space(char letter) {
    return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r' || letter == '\f' ||
           letter == '\v';
}

bool starts_word(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_' ||
           static_cast<unsigned char>(letter) >= 0x80;
}

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

bool is_operator(char letter) {
    return std::string_view("+-*/<>=~!@#%^&|`?:").find(letter) != npos;
}

}  // namespace

sql_token sql_lexer::next() {
    const auto first = place_;
    const token_kind kind = advance();
    return {kind, script_.substr(first, place_ - first), first};
}

token_kind sql_lexer::advance() {
    const char letter = at(place_);
    if (is_space(letter)) {
        while (is_space(at(place_)) && !done()) ++place_;
        return token_kind::space;
    }
    if (looking_at("--")) {
        place_ = std::min(script_.find('\n', place_), script_.size());
        return token_kind::comment;
    }
    if (looking_at("/*")) {
        skip_comment();
        return token_kind::comment;
    }
    if (letter == '\'') {
        skip_quoted('\'', !standard_strings_);
        return token_kind::text;
    }
    if (letter == '"') {
        skip_quoted('"', false);
        return token_kind::quoted_name;
    }
    if (letter == '$') return dollar();
    if (starts_word(letter)) return word();
    if (is_digit(letter)) {
        while (is_digit(at(place_)) || starts_word(at(place_)) || at(place_) == '.') ++place_;
        return token_kind::number;
    }
    skip_operator();
    return token_kind::symbol;
}

void sql_lexer::skip_comment() {
    int depth = 0;
    do {
        if (looking_at("/*")) {
            ++depth;
            place_ += 2;
        } else if (looking_at("*/")) {
            --depth;
            place_ += 2;
        } else {
            ++place_;
        }
    } while (depth > 0 && place_ < script_.size());
    place_ = std::min(place_, script_.size());
}

// A doubled quote does not end it.
void sql_lexer::skip_quoted(char quote, bool backslashes) {
    for (++place_; place_ < script_.size(); ++place_) {
        if (backslashes && at(place_) == '\\') {
            ++place_;
        } else if (at(place_) == quote) {
            if (at(place_ + 1) != quote) break;
            ++place_;
        }
    }
    place_ = std::min(place_ + 1, script_.size());
}

token_kind sql_lexer::dollar() {
    auto end = place_ + 1;
    if (!is_digit(at(end))) {
        while (starts_word(at(end)) || is_digit(at(end))) ++end;
    }
    if (at(end) != '$') {
        ++place_;
        return token_kind::symbol;
    }
    const auto tag = script_.substr(place_, end - place_ + 1);
    const auto close = script_.find(tag, end + 1);
    place_ = close == npos ? script_.size() : close + tag.size();
    return token_kind::text;
}

token_kind sql_lexer::word() {
    const auto first = place_;
    while (starts_word(at(place_)) || is_digit(at(place_)) || at(place_) == '$') ++place_;
    if (at(place_) != '\'' || place_ - first != 1) return token_kind::word;
    // The prefix of a quote; all but E follow the rule of plain ones, and U&'…' is three tokens.
    if (std::string_view("eE").find(at(first)) != npos) {
        skip_quoted('\'', true);
        return token_kind::text;
    }
    if (std::string_view("bBxXnN").find(at(first)) == npos) return token_kind::word;
    skip_quoted('\'', !standard_strings_);
    return token_kind::text;
}

void sql_lexer::skip_operator() {
    do {
        ++place_;
    } while (is_operator(at(place_ - 1)) && is_operator(at(place_)) && !looking_at("--") &&
             !looking_at("/*"));
}

}  // namespace chronos::internal
