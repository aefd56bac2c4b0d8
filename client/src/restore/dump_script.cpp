#include "restore/dump_script.hpp"

#include <array>

namespace chronos::internal {
namespace {

constexpr std::string_view kSpaces = " \t\n\r";

// Reads a statement word by word; a word is a name with its quotes and dots, or a single sign.
class words {
  public:
    explicit words(std::string_view text) : rest_(text) {}

    std::string_view next() {
        skip_spaces();
        std::size_t end = 0;
        bool quoted = false;
        while (end < rest_.size()) {
            const char letter = rest_[end];
            if (letter == '"') quoted = !quoted;
            if (!quoted && is_sign(letter)) break;
            ++end;
        }
        if (end == 0 && !rest_.empty()) end = 1;
        const auto word = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return word;
    }

    // True and past it if the given words come next.
    bool take(std::string_view wanted) {
        const auto before = rest_;
        words other(wanted);
        for (auto word = other.next(); !word.empty(); word = other.next()) {
            if (next() != word) {
                rest_ = before;
                return false;
            }
        }
        return true;
    }

    // The name after the next word that is `marker`.
    std::string after(std::string_view marker) {
        for (auto word = next(); !word.empty(); word = next()) {
            if (word == marker) {
                take("ONLY");
                return std::string(next());
            }
        }
        return {};
    }

    std::string after_last(std::string_view marker) {
        std::string found;
        for (auto name = after(marker); !name.empty(); name = after(marker)) found = name;
        return found;
    }

  private:
    static bool is_sign(char letter) {
        return kSpaces.find(letter) != kSpaces.npos || letter == '(' || letter == ')' ||
               letter == ',' || letter == ';';
    }
    void skip_spaces() {
        const auto start = rest_.find_first_not_of(kSpaces);
        rest_.remove_prefix(start == rest_.npos ? rest_.size() : start);
    }

    std::string_view rest_;
};

// "s.t.c" without its last part.
std::string without_last(const std::string& name) {
    bool quoted = false;
    std::size_t dot = std::string::npos;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] == '"') quoted = !quoted;
        if (name[i] == '.' && !quoted) dot = i;
    }
    return dot == std::string::npos ? name : name.substr(0, dot);
}

void read_header(std::string_view preamble, script_statement& into) {
    const auto start = preamble.rfind("-- Name: ");
    if (start == preamble.npos) return;
    const auto end = preamble.find('\n', start);
    const auto line = preamble.substr(start + 9, end - start - 9);
    const auto owner = line.rfind("; Owner: ");
    const auto schema = line.substr(0, owner).rfind("; Schema: ");
    const auto type = line.substr(0, schema).rfind("; Type: ");
    if (owner == line.npos || schema == line.npos || type == line.npos) return;
    into.name = line.substr(0, type);
    into.type = line.substr(type + 8, schema - type - 8);
    into.schema = line.substr(schema + 10, owner - schema - 10);
}

}  // namespace

std::vector<script_statement> read_dump_script(std::string_view script) {
    std::vector<script_statement> result;
    script_statement current;
    for (const auto& statement : split_sql(script)) {
        read_header(statement.preamble, current);
        current.text = statement.text;
        current.line = statement.line;
        result.push_back(current);
    }
    return result;
}

std::string unquoted(std::string_view name) {
    std::string result;
    bool quoted = false;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] != '"') {
            result += name[i];
        } else if (quoted && i + 1 < name.size() && name[i + 1] == '"') {
            result += name[i++];
        } else {
            quoted = !quoted;
        }
    }
    return result;
}

bool is_plain_index(std::string_view statement) {
    int depth = 0;
    words text(statement);
    for (auto word = text.next(); !word.empty(); word = text.next()) {
        if (word == "WHERE" || word == "EXCLUDE") return false;
        if (word == "(" && ++depth > 1) return false;
        if (word == ")") --depth;
    }
    return true;
}

std::string attached_part(std::string_view statement) {
    words text(statement);
    if (!text.take("ALTER TABLE") && !text.take("ALTER INDEX")) return {};
    text.take("ONLY");
    text.next();
    return text.take("ATTACH PARTITION") ? std::string(text.next()) : std::string();
}

std::string subject_part(std::string_view statement) {
    words text(statement);
    for (const auto* start : {"ALTER INDEX", "COMMENT ON INDEX", "CREATE STATISTICS",
                              "ALTER STATISTICS", "COMMENT ON STATISTICS", "COMMENT ON SEQUENCE"}) {
        if (text.take(start)) return std::string(text.next());
    }
    return text.take("GRANT") || text.take("REVOKE") ? text.after("SEQUENCE") : std::string();
}

std::string added_constraint(std::string_view statement) {
    words text(statement);
    if (!text.take("ALTER TABLE")) return {};
    text.take("ONLY");
    text.next();
    return text.take("ADD CONSTRAINT") ? std::string(text.next()) : std::string();
}

std::string subject_table(std::string_view statement) {
    words text(statement);
    for (const auto* start : {"CREATE TABLE", "CREATE UNLOGGED TABLE", "ALTER TABLE ONLY",
                              "ALTER TABLE", "COMMENT ON TABLE"}) {
        if (text.take(start)) return std::string(text.next());
    }
    if (text.take("COMMENT ON COLUMN")) return without_last(std::string(text.next()));
    for (const auto* start : {"CREATE INDEX", "CREATE UNIQUE INDEX", "CREATE POLICY",
                              "CREATE TRIGGER", "CREATE CONSTRAINT TRIGGER",
                              "COMMENT ON CONSTRAINT", "COMMENT ON TRIGGER", "COMMENT ON POLICY"}) {
        if (!text.take(start)) continue;
        text.next();
        return text.after("ON");
    }
    if (text.take("CREATE STATISTICS")) return text.after_last("FROM");
    if (text.take("CREATE RULE")) return text.after("TO");
    if (text.take("COMMENT ON RULE")) return text.after("ON");
    if (text.take("ALTER PUBLICATION")) return text.after("TABLE");
    if (text.take("GRANT") || text.take("REVOKE")) return text.after("TABLE");
    if (text.take("ALTER SEQUENCE")) return without_last(text.after("BY"));
    return {};
}

}  // namespace chronos::internal
