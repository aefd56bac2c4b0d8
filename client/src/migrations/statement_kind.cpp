#include "migrations/statement_kind.hpp"

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "core/sql_lexer.hpp"
#include "core/sql_splitter.hpp"

namespace chronos::internal {

namespace {

// The words of a statement in capitals, names as they are written, everything else as a token.
std::vector<std::string> tokens_of(std::string_view statement) {
    std::vector<std::string> result;
    sql_lexer lexer(statement);
    while (!lexer.done()) {
        const sql_token token = lexer.next();
        if (token.blank()) continue;
        result.emplace_back(token.text);
    }
    return result;
}

std::string upper(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return result;
}

// Reads tokens one after the other; words are compared without regard to case.
class reader {
  public:
    explicit reader(std::string_view statement) : tokens_(tokens_of(statement)) {}

    bool accept(std::initializer_list<std::string_view> words) {
        std::size_t place = place_;
        for (const std::string_view word : words) {
            if (place >= tokens_.size() || upper(tokens_[place]) != word) return false;
            ++place;
        }
        place_ = place;
        return true;
    }
    bool accept_any(std::initializer_list<std::string_view> words) {
        return std::any_of(words.begin(), words.end(),
                           [this](std::string_view word) { return accept({word}); });
    }
    [[nodiscard]] bool done() const { return place_ >= tokens_.size(); }
    void skip() { ++place_; }
    bool skip_to(std::string_view word) {
        while (!done() && upper(tokens_[place_]) != word) ++place_;
        return !done();
    }
    // What is in parentheses, in capitals; empty if there are none.
    std::string parenthesised() {
        std::string inner;
        if (!accept({"("})) return inner;
        int depth = 1;
        for (; !done(); ++place_) {
            if (tokens_[place_] == "(") ++depth;
            if (tokens_[place_] == ")" && --depth == 0) break;
            inner += upper(tokens_[place_]) + ' ';
        }
        ++place_;
        return inner;
    }
    // a.b."c"
    std::string name() {
        std::string result;
        while (!done() && tokens_[place_] != "(" && tokens_[place_] != ",") {
            result += tokens_[place_++];
            if (done() || tokens_[place_] != ".") break;
            result += tokens_[place_++];
        }
        return result;
    }

  private:
    std::vector<std::string> tokens_;
    std::size_t place_ = 0;
};

bool reindexes_alone(reader& words) {
    const std::string options = words.parenthesised();
    if (options.find("CONCURRENTLY") != std::string::npos) return true;
    if (words.accept_any({"SCHEMA", "DATABASE", "SYSTEM"})) return true;
    words.skip();
    return words.accept({"CONCURRENTLY"});
}

bool alters_alone(reader& words, std::string_view statement) {
    if (words.accept({"SYSTEM"})) return true;
    if (words.accept({"DATABASE"})) {
        (void)words.name();
        return words.accept({"SET", "TABLESPACE"});
    }
    if (words.accept({"SUBSCRIPTION"})) return words.skip_to("REFRESH");
    return detached_partition_of(statement).has_value();
}

bool creates_alone(reader& words) {
    if (words.accept_any({"DATABASE", "TABLESPACE", "SUBSCRIPTION"})) return true;
    words.accept({"UNIQUE"});
    return words.accept({"INDEX", "CONCURRENTLY"});
}

bool drops_alone(reader& words) {
    return words.accept_any({"DATABASE", "TABLESPACE", "SUBSCRIPTION"}) ||
           words.accept({"INDEX", "CONCURRENTLY"});
}

transaction_command ended(reader& words, transaction_command plain) {
    words.accept_any({"WORK", "TRANSACTION"});
    if (words.accept({"PREPARED"})) return transaction_command::unsupported;
    if (words.accept({"TO"})) return transaction_command::none;
    if (!words.accept({"AND", "CHAIN"})) return plain;
    return plain == transaction_command::commit ? transaction_command::commit_and_chain
                                                : transaction_command::unsupported;
}

std::vector<destroyed_data> names_in(reader& words) {
    std::vector<destroyed_data> result;
    do {
        words.accept({"ONLY"});
        if (auto name = words.name(); !name.empty()) result.push_back({std::move(name), {}});
        words.accept({"*"});
    } while (words.accept({","}));
    return result;
}

std::vector<destroyed_data> dropped_columns(reader& words) {
    std::vector<destroyed_data> result;
    words.accept({"IF", "EXISTS"});
    words.accept({"ONLY"});
    const std::string table = words.name();
    while (words.skip_to("DROP")) {
        words.skip();
        words.accept({"COLUMN"});
        words.accept({"IF", "EXISTS"});
        if (words.accept_any({"CONSTRAINT", "DEFAULT", "NOT", "IDENTITY", "EXPRESSION"})) continue;
        if (auto column = words.name(); !column.empty()) result.push_back({table, column});
    }
    return result;
}

}  // namespace

bool needs_no_transaction(std::string_view statement) {
    reader words(statement);
    if (words.accept({"CREATE"})) return creates_alone(words);
    if (words.accept({"DROP"})) return drops_alone(words);
    if (words.accept({"ALTER"})) return alters_alone(words, statement);
    if (words.accept({"REINDEX"})) return reindexes_alone(words);
    if (words.accept({"VACUUM"}) || words.accept({"DISCARD", "ALL"})) return true;
    if (!words.accept({"CLUSTER"})) return false;
    words.accept({"VERBOSE"});
    return words.done();
}

transaction_command transaction_command_of(std::string_view statement) {
    reader words(statement);
    if (words.accept({"BEGIN"}) || words.accept({"START", "TRANSACTION"}))
        return transaction_command::begin;
    if (words.accept_any({"COMMIT", "END"})) return ended(words, transaction_command::commit);
    if (words.accept_any({"ROLLBACK", "ABORT"})) return ended(words, transaction_command::rollback);
    return words.accept({"PREPARE", "TRANSACTION"}) ? transaction_command::unsupported
                                                    : transaction_command::none;
}

bool changes_session(std::string_view statement) {
    reader words(statement);
    if (words.accept({"RESET"})) return true;
    return words.accept({"SET"}) && !words.accept_any({"LOCAL", "CONSTRAINTS", "TRANSACTION"});
}

std::optional<concurrent_index> concurrent_index_of(std::string_view statement) {
    reader words(statement);
    if (!words.accept({"CREATE"})) return std::nullopt;
    words.accept({"UNIQUE"});
    if (!words.accept({"INDEX", "CONCURRENTLY"})) return std::nullopt;
    concurrent_index result;
    result.if_not_exists = words.accept({"IF", "NOT", "EXISTS"});
    if (!words.accept({"ON"})) {
        result.name = words.name();
        if (!words.accept({"ON"})) return std::nullopt;
    }
    words.accept({"ONLY"});
    result.table = words.name();
    return result;
}

std::optional<detached_partition> detached_partition_of(std::string_view statement) {
    reader words(statement);
    if (!words.accept({"ALTER", "TABLE"})) return std::nullopt;
    words.accept({"IF", "EXISTS"});
    words.accept({"ONLY"});
    detached_partition result;
    result.parent = words.name();
    words.accept({"*"});
    if (!words.accept({"DETACH", "PARTITION"})) return std::nullopt;
    result.partition = words.name();
    if (!words.accept({"CONCURRENTLY"})) return std::nullopt;
    return result;
}

std::string dropped_index_of(std::string_view statement) {
    reader words(statement);
    if (!words.accept({"DROP", "INDEX", "CONCURRENTLY"})) return {};
    words.accept({"IF", "EXISTS"});
    return words.name();
}

std::optional<named_object> named_object_of(std::string_view statement) {
    reader words(statement);
    named_object result;
    result.dropped = words.accept({"DROP"});
    if (!result.dropped && !words.accept({"CREATE"})) return std::nullopt;
    for (const char* kind : {"DATABASE", "TABLESPACE", "SUBSCRIPTION"}) {
        if (!words.accept({kind})) continue;
        words.accept({"IF", "EXISTS"});
        result.kind = kind;
        result.name = words.name();
        return result;
    }
    return std::nullopt;
}

bool may_destroy(std::string_view statement) {
    return reader(statement).accept_any({"DROP", "ALTER", "TRUNCATE", "DELETE", "WITH"});
}

std::vector<destroyed_data> destroyed_by(std::string_view statement) {
    reader words(statement);
    if (words.accept({"DROP", "OWNED", "BY"})) return names_in(words);
    for (const char* kind : {"SCHEMA", "EXTENSION", "TYPE", "DOMAIN"}) {
        if (!words.accept({"DROP", kind})) continue;
        words.accept({"IF", "EXISTS"});
        auto names = names_in(words);
        return words.skip_to("CASCADE") ? names : std::vector<destroyed_data>();
    }
    if (words.accept({"ALTER", "TABLE"})) return dropped_columns(words);
    if (words.accept({"DROP", "TABLE"}) || words.accept({"DROP", "MATERIALIZED", "VIEW"})) {
        words.accept({"IF", "EXISTS"});
        return names_in(words);
    }
    if (words.accept({"TRUNCATE"})) {
        words.accept({"TABLE"});
        return names_in(words);
    }
    if (words.accept({"DELETE", "FROM"})) {
        words.accept({"ONLY"});
        return {{words.name(), {}}};
    }
    return {};
}

std::string in_capitals(std::string_view statement) {
    std::string result;
    sql_lexer lexer(statement);
    while (!lexer.done()) {
        const sql_token token = lexer.next();
        if (!token.blank()) {
            result += token.kind == token_kind::word ? upper(token.text) : std::string(token.text);
        } else if (!result.empty() && result.back() != ' ') {
            result += ' ';
        }
    }
    return result;
}

}  // namespace chronos::internal
