// SQL text as tokens, told apart by the server's own rules.
#pragma once

#include <cstddef>
#include <string_view>

namespace chronos::internal {

enum class token_kind { space, comment, word, quoted_name, text, number, symbol };

struct sql_token {
    token_kind kind = token_kind::space;
    std::string_view text;
    std::size_t place = 0;  // in the script, from 0

    [[nodiscard]] bool blank() const {
        return kind == token_kind::space || kind == token_kind::comment;
    }
};

// A plain value on a script that has to outlive it. An unfinished quote or comment ends with the
// script.
class sql_lexer {
  public:
    explicit sql_lexer(std::string_view script, std::size_t place = 0)
        : script_(script), place_(place) {}

    [[nodiscard]] bool done() const { return place_ >= script_.size(); }
    [[nodiscard]] std::size_t place() const { return place_; }
    void place(std::size_t place) { place_ = place; }
    // Of done() there is none.
    [[nodiscard]] sql_token next();

    // With standard_conforming_strings off, backslashes escape in plain quotes too.
    void standard_strings(bool on) { standard_strings_ = on; }

  private:
    [[nodiscard]] char at(std::size_t place) const {
        return place < script_.size() ? script_[place] : '\0';
    }
    [[nodiscard]] bool looking_at(std::string_view text) const {
        return script_.substr(place_, text.size()) == text;
    }
    token_kind advance();
    void skip_comment();
    void skip_quoted(char quote, bool backslashes);
    token_kind dollar();
    token_kind word();
    void skip_operator();

    std::string_view script_;
    std::size_t place_;
    bool standard_strings_ = true;
};

}  // namespace chronos::internal
