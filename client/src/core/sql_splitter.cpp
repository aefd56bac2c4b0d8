#include "core/sql_splitter.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/sql_lexer.hpp"

namespace chronos::internal {
namespace {

constexpr std::size_t npos = std::string_view::npos;

std::string lower(std::string_view word) {
    std::string result(word);
    for (auto& letter : result) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    }
    return result;
}

class splitter {
  public:
    explicit splitter(std::string_view script) : script_(script), lexer_(script) {}

    sql_script run() {
        while (!lexer_.done()) step();
        end_statement();
        return std::move(found_);
    }

  private:
    [[nodiscard]] bool between_statements() const { return start_ == npos; }

    void step() {
        const auto place = lexer_.place();
        if (script_[place] == '\\' && between_statements()) {
            const auto end = std::min(script_.find('\n', place), script_.size());
            found_.commands.push_back({script_.substr(place, end - place), line_of(place)});
            lexer_.place(end);
            preamble_ = end;
            return;
        }
        const sql_token token = lexer_.next();
        if (token.blank()) return;
        if (token.text == ";" && parentheses_ == 0 && blocks_ == 0) {
            end_statement();
            preamble_ = lexer_.place();
        } else {
            take(token);
        }
    }

    void take(const sql_token& token) {
        if (between_statements()) start_ = token.place;
        if (token.text == "(") ++parentheses_;
        if (token.text == ")") parentheses_ = std::max(0, parentheses_ - 1);
        if (token.kind == token_kind::word) {
            const auto text = lower(token.text);
            if (words_ < first_words_.size()) first_words_[words_] = text;
            ++words_;
            count_blocks(text);
            if (parentheses_ == 0)
                from_stdin_ = from_stdin_ || (before_ == "from" && text == "stdin");
            before_ = text;
        } else {
            before_.clear();
        }
        end_ = lexer_.place();
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

    // Places are asked for in their order.
    std::size_t line_of(std::size_t place) {
        lines_ += static_cast<std::size_t>(
            std::count(script_.begin() + static_cast<std::ptrdiff_t>(counted_),
                       script_.begin() + static_cast<std::ptrdiff_t>(place), '\n'));
        counted_ = place;
        return lines_;
    }

    void end_statement() {
        if (!between_statements()) {
            sql_statement statement;
            statement.text = script_.substr(start_, end_ - start_);
            statement.preamble = script_.substr(preamble_, start_ - preamble_);
            statement.line = line_of(start_);
            statement.takes_rows = first_words_[0] == "copy" && from_stdin_;
            follow_setting(statement.text);
            if (statement.takes_rows) statement.rows = take_rows();
            found_.statements.push_back(statement);
        }
        start_ = npos;
        parentheses_ = 0;
        blocks_ = 0;
        words_ = 0;
        first_words_ = {};
        before_.clear();
        from_stdin_ = false;
    }

    // They begin on the next line and end with a line `\.` or with the script.
    std::string_view take_rows() {
        const auto begin = std::min(script_.find('\n', lexer_.place()), script_.size() - 1) + 1;
        auto line = begin;
        while (line < script_.size()) {
            const auto end = std::min(script_.find('\n', line), script_.size());
            auto text = script_.substr(line, end - line);
            if (text.ends_with('\r')) text.remove_suffix(1);
            if (text == "\\.") {
                lexer_.place(end);
                return script_.substr(begin, line - begin);
            }
            line = std::min(end + 1, script_.size());
        }
        lexer_.place(script_.size());
        return script_.substr(begin);
    }

    void follow_setting(std::string_view text) {
        if (words_ < 2 || first_words_[0] != "set" ||
            first_words_[1] != "standard_conforming_strings") {
            return;
        }
        lexer_.standard_strings(lower(text).find("off") == npos);
    }

    std::string_view script_;
    sql_lexer lexer_;
    sql_script found_;
    std::size_t preamble_ = 0;
    std::size_t start_ = npos;
    std::size_t end_ = 0;
    std::size_t counted_ = 0;
    std::size_t lines_ = 1;
    int parentheses_ = 0;
    int blocks_ = 0;
    std::size_t words_ = 0;
    std::array<std::string, 4> first_words_;
    std::string before_;
    bool from_stdin_ = false;
};

}  // namespace

sql_script parse_script(std::string_view script) { return splitter(script).run(); }

std::vector<sql_statement> split_sql(std::string_view script) {
    return std::move(parse_script(script).statements);
}

std::string canonical_sql(std::string_view script) {
    std::string result;
    for (const auto& statement : split_sql(script)) {
        sql_lexer lexer(statement.text);
        while (!lexer.done()) {
            const sql_token token = lexer.next();
            if (token.blank()) continue;
            result += token.kind == token_kind::word ? lower(token.text) : std::string(token.text);
            result += '\n';
        }
        result += ";\n";
        result += statement.rows;
    }
    return result;
}

std::string leading_words(std::string_view statement, std::size_t count) {
    std::string words;
    sql_lexer lexer(statement);
    while (count > 0 && !lexer.done()) {
        const sql_token token = lexer.next();
        if (token.blank()) continue;
        if (token.kind != token_kind::word) break;
        if (!words.empty()) words += ' ';
        for (const char letter : token.text) {
            const bool small = letter >= 'a' && letter <= 'z';
            words += small ? static_cast<char>(letter - 'a' + 'A') : letter;
        }
        --count;
    }
    return words;
}

}  // namespace chronos::internal
