#include "core/sql_splitter.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace chronos::internal {
namespace {

bool is_space(char letter) {
    return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r' || letter == '\f' ||
           letter == '\v';
}

bool starts_word(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_' ||
           static_cast<unsigned char>(letter) >= 0x80;
}

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

std::string lower(std::string_view word) {
    std::string result(word);
    for (auto& letter : result) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    }
    return result;
}

class splitter {
  public:
    explicit splitter(std::string_view script) : script_(script) {}

    std::vector<sql_statement> run() {
        while (place_ < script_.size()) step();
        end_statement();
        return std::move(statements_);
    }

  private:
    [[nodiscard]] char at(std::size_t place) const {
        return place < script_.size() ? script_[place] : '\0';
    }
    [[nodiscard]] bool looking_at(std::string_view text) const {
        return script_.substr(place_, text.size()) == text;
    }
    [[nodiscard]] bool between_statements() const { return start_ == npos; }

    void step() {
        const char letter = at(place_);
        if (is_space(letter)) {
            ++place_;
        } else if (looking_at("--")) {
            skip_line();
        } else if (looking_at("/*")) {
            skip_comment();
        } else if (letter == '\\' && between_statements()) {
            skip_line();
            preamble_ = place_;
        } else if (letter == ';' && parentheses_ == 0 && blocks_ == 0) {
            end_statement();
            ++place_;
            preamble_ = place_;
        } else {
            token(letter);
        }
    }

    void token(char letter) {
        if (between_statements()) start_ = place_;
        if (letter == '\'') {
            skip_quoted('\'', !standard_strings_);
        } else if (letter == '"') {
            skip_quoted('"', false);
        } else if (letter == '$') {
            dollar();
        } else if (starts_word(letter)) {
            word();
        } else if (is_digit(letter)) {
            skip_number();
        } else {
            if (letter == '(') ++parentheses_;
            if (letter == ')') parentheses_ = std::max(0, parentheses_ - 1);
            ++place_;
        }
        end_ = place_;
    }

    void skip_line() { place_ = std::min(script_.find('\n', place_), script_.size()); }

    void skip_comment() {
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

    // A doubled quote is two quoted parts side by side: no need to tell it apart.
    void skip_quoted(char quote, bool backslashes) {
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

    void dollar() {
        auto end = place_ + 1;
        if (!is_digit(at(end))) {
            while (starts_word(at(end)) || is_digit(at(end))) ++end;
        }
        if (at(end) != '$') {
            ++place_;
            return;
        }
        const auto tag = script_.substr(place_, end - place_ + 1);
        const auto close = script_.find(tag, end + 1);
        place_ = close == npos ? script_.size() : close + tag.size();
    }

    void skip_number() {
        while (is_digit(at(place_)) || starts_word(at(place_)) || at(place_) == '.') ++place_;
    }

    void word() {
        const auto first = place_;
        while (starts_word(at(place_)) || is_digit(at(place_)) || at(place_) == '$') ++place_;
        const auto text = lower(script_.substr(first, place_ - first));
        if (at(place_) == '\'' && text == "e") {
            skip_quoted('\'', true);
            return;
        }
        // The other prefixed quotes (B, N, U&, X) follow the rule of plain ones.
        remember(text);
        count_blocks(text);
    }

    void remember(const std::string& text) {
        if (words_ < first_words_.size()) first_words_[words_] = text;
        ++words_;
    }

    [[nodiscard]] bool defines_routine() const {
        const auto is_routine = [](const std::string& text) {
            return text == "function" || text == "procedure";
        };
        return first_words_[0] == "create" &&
               (is_routine(first_words_[1]) ||
                (first_words_[1] == "or" && first_words_[2] == "replace" &&
                 is_routine(first_words_[3])));
    }

    // Semicolons inside BEGIN ATOMIC ... END belong to the body; CASE has an END of its own.
    void count_blocks(const std::string& text) {
        if (parentheses_ > 0 || !defines_routine()) return;
        if (text == "begin" || (blocks_ > 0 && text == "case")) {
            ++blocks_;
        } else if (text == "end" && blocks_ > 0) {
            --blocks_;
        }
    }

    void end_statement() {
        if (!between_statements()) {
            sql_statement statement;
            statement.text = script_.substr(start_, end_ - start_);
            statement.preamble = script_.substr(preamble_, start_ - preamble_);
            lines_ += static_cast<std::size_t>(
                std::count(script_.begin() + static_cast<std::ptrdiff_t>(counted_),
                           script_.begin() + static_cast<std::ptrdiff_t>(start_), '\n'));
            counted_ = start_;
            statement.line = lines_;
            follow_setting(statement.text);
            statements_.push_back(statement);
        }
        start_ = npos;
        parentheses_ = 0;
        blocks_ = 0;
        words_ = 0;
        first_words_ = {};
    }

    void follow_setting(std::string_view text) {
        if (words_ < 2 || first_words_[0] != "set" ||
            first_words_[1] != "standard_conforming_strings") {
            return;
        }
        standard_strings_ = lower(text).find("off") == npos;
    }

    static constexpr std::size_t npos = std::string_view::npos;

    std::string_view script_;
    std::vector<sql_statement> statements_;
    std::size_t place_ = 0;
    std::size_t preamble_ = 0;
    std::size_t start_ = npos;
    std::size_t end_ = 0;
    std::size_t counted_ = 0;
    std::size_t lines_ = 1;
    int parentheses_ = 0;
    int blocks_ = 0;
    std::size_t words_ = 0;
    std::array<std::string, 4> first_words_;
    bool standard_strings_ = true;
};

}  // namespace

std::vector<sql_statement> split_sql(std::string_view script) { return splitter(script).run(); }

}  // namespace chronos::internal
