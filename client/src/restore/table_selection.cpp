#include "restore/table_selection.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/sql_name.hpp"
#include "restore/data_loader.hpp"

namespace chronos::internal {
namespace {

// As it is written for people, and may be asked for.
std::string full_name(const std::string& schema, const std::string& name) {
    return schema + "." + name;
}

enum class fit { none, name, whole, exact };

// A name whose parts are all in quotes can mean one table only; another may mean several.
fit fit_of(const std::string& schema, const std::string& name, const std::string& wanted) {
    if (quoted_table(schema, name) == wanted) return fit::exact;
    if (full_name(schema, name) == wanted) return fit::whole;
    return name == wanted || session::quote_name(name) == wanted ? fit::name : fit::none;
}

std::string without_quotes(const std::string& wanted) {
    return wanted.starts_with('"') && wanted.ends_with('"') ? unquoted(wanted) : wanted;
}

[[noreturn]] void not_found(const std::string& name,
                            const std::vector<script_statement>& definitions) {
    for (const auto& statement : definitions) {
        if (statement.type != "TABLE" ||
            fit_of(statement.schema, statement.name, name) == fit::none) {
            continue;
        }
        throw error(error_code::usage,
                    fmt::format("table \"{}\" has no rows of its own", without_quotes(name)),
                    "It is foreign or unlogged.",
                    "Restore the whole snapshot into another database.");
    }
    throw error(error_code::not_found,
                fmt::format("the snapshot has no table \"{}\"", without_quotes(name)), {},
                "Names are written as they are, without quotes: name or schema.name.");
}

}  // namespace

table_selection::table_selection(const std::vector<std::string>& names, const manifest& snapshot,
                                 std::string_view pre_data) {
    const auto definitions = read_dump_script(pre_data);
    for (const auto& name : names) choose(name, snapshot, definitions);
    find_sequences(definitions);
    find_attachments(definitions);
}

void table_selection::choose(const std::string& name, const manifest& snapshot,
                             const std::vector<script_statement>& definitions) {
    std::vector<const table_data*> found;
    fit best = fit::name;
    for (const auto& table : snapshot.tables) {
        const fit how = fit_of(table.schema, table.name, name);
        if (how > best) found.clear();
        best = std::max(best, how);
        if (how == best) found.push_back(&table);
    }
    if (found.empty() && choose_partitioned(name, snapshot, definitions)) return;
    if (found.empty()) not_found(name, definitions);
    if (found.size() > 1) {
        std::string detail = "There are ";
        for (const auto* table : found) {
            detail += (table == found[0] ? "" : ", ") + full_name(table->schema, table->name);
        }
        throw error(error_code::usage, fmt::format("table name \"{}\" is ambiguous", name),
                    detail + ".", "Name the schema too.");
    }
    if (found[0]->kind == table_kind::extension) {
        throw error(error_code::usage, fmt::format("table \"{}\" belongs to an extension", name),
                    {}, "Restore the whole snapshot into another database.");
    }
    if (names_.insert(quoted_table(found[0]->schema, found[0]->name)).second) {
        tables_.push_back(found[0]);
    }
}

bool table_selection::choose_partitioned(const std::string& name, const manifest& snapshot,
                                         const std::vector<script_statement>& definitions) {
    std::vector<partitioned_table> found;
    for (const auto& statement : definitions) {
        if (statement.type == "TABLE" && statement.text.starts_with("CREATE TABLE") &&
            fit_of(statement.schema, statement.name, name) != fit::none &&
            statement.text.find("PARTITION BY") != std::string_view::npos) {
            found.push_back({statement.schema, statement.name});
        }
    }
    if (found.empty()) return false;
    if (found.size() > 1) {
        throw error(error_code::usage, fmt::format("table name \"{}\" is ambiguous", name), {},
                    "Name the schema too.");
    }
    const std::string parent = quoted_table(found[0].schema, found[0].name);
    if (!names_.insert(parent).second) return true;
    partitioned_.push_back(found[0]);
    for (const auto& statement : definitions) {
        if (statement.type == "TABLE ATTACH" &&
            core::fully_quoted(subject_table(statement.text)) == parent) {
            choose_part(core::fully_quoted(attached_part(statement.text)), snapshot, definitions);
        }
    }
    return true;
}

// An unlogged one comes without its rows, a foreign one not at all.
void table_selection::choose_part(const std::string& name, const manifest& snapshot,
                                  const std::vector<script_statement>& definitions) {
    const bool has_rows = std::any_of(
        snapshot.tables.begin(), snapshot.tables.end(),
        [&name](const auto& table) { return quoted_table(table.schema, table.name) == name; });
    if (has_rows) {
        choose(name, snapshot, definitions);
    } else if (!choose_partitioned(name, snapshot, definitions)) {
        for (const auto& statement : definitions) {
            if (statement.type == "TABLE" &&
                quoted_table(statement.schema, statement.name) == name &&
                names_.insert(name).second) {
                partitioned_.push_back({statement.schema, statement.name});
            }
        }
    }
}

std::set<std::string> table_selection::parts_in(
    const std::vector<script_statement>& statements) const {
    std::set<std::string> result;
    for (const auto& statement : statements) {
        if (!names_.contains(core::fully_quoted(subject_table(statement.text)))) continue;
        if (statement.type == "INDEX") {
            result.insert(quoted_table(statement.schema, statement.name));
        }
        result.insert(core::fully_quoted(subject_part(statement.text)));
        const std::string constraint = core::fully_quoted(added_constraint(statement.text));
        if (!constraint.empty()) {
            result.insert(session::quote_name(statement.schema) + "." + constraint);
        }
    }
    return result;
}

void table_selection::find_sequences(const std::vector<script_statement>& definitions) {
    for (const auto& statement : definitions) {
        if (statement.type != "SEQUENCE" && statement.type != "SEQUENCE OWNED BY") continue;
        if (names_.contains(core::fully_quoted(subject_table(statement.text)))) {
            sequences_.insert(quoted_table(statement.schema, statement.name));
        }
    }
}

void table_selection::find_attachments(const std::vector<script_statement>& definitions) {
    for (const auto& statement : definitions) {
        if (statement.type == "TABLE ATTACH" &&
            names_.contains(core::fully_quoted(attached_part(statement.text))) &&
            !names_.contains(core::fully_quoted(subject_table(statement.text)))) {
            attachments_.push_back(statement);
        }
    }
}

std::vector<script_statement> table_selection::attachments(session& on) const {
    auto result = attachments_;
    std::erase_if(result, [&on](const script_statement& statement) {
        return on.query_one("SELECT to_regclass($1)", {subject_table(statement.text)}).is_null(0);
    });
    return result;
}

std::vector<std::string> table_selection::loaded(session& on) const {
    std::vector<std::string> result(names_.begin(), names_.end());
    for (const auto& statement : attachments(on)) {
        result.push_back(core::fully_quoted(subject_table(statement.text)));
    }
    return result;
}

void table_selection::require_absent(session& on) const {
    for (const auto* table : tables_) require_absent(on, table->schema, table->name);
    for (const auto& table : partitioned_) require_absent(on, table.schema, table.name);
}

void table_selection::require_absent(session& on, const std::string& schema,
                                     const std::string& table) const {
    const auto name = quoted_table(schema, table);
    if (on.query_one("SELECT to_regclass($1)", {name}).is_null(0)) return;
    throw error(
        error_code::refused,
        fmt::format("table {} exists already in database \"{}\"", name, on.database()), {},
        "Move it into another schema first (ALTER TABLE ... SET SCHEMA), with its indexes and "
        "sequences, or restore into another database and copy what is needed.");
}

std::vector<sequence_state> table_selection::sequences(const manifest& snapshot) const {
    std::vector<sequence_state> result;
    for (const auto& sequence : snapshot.sequences) {
        if (sequences_.contains(quoted_table(sequence.schema, sequence.name))) {
            result.push_back(sequence);
        }
    }
    return result;
}

std::set<std::string> table_selection::missing_schemas(session& on) const {
    std::set<std::string> missing;
    std::set<std::string> schemas;
    for (const auto* table : tables_) schemas.insert(table->schema);
    for (const auto& table : partitioned_) schemas.insert(table.schema);
    for (const std::string& schema : schemas) {
        if (on.query("SELECT FROM pg_namespace WHERE nspname = $1", {schema}).empty()) {
            missing.insert(schema);
        }
    }
    return missing;
}

bool table_selection::is_kept(const script_statement& statement,
                              const std::set<std::string>& schemas,
                              const std::set<std::string>& parts) const {
    if (statement.text.starts_with("SET ") ||
        statement.text.starts_with("SELECT pg_catalog.set_config(")) {
        return true;
    }
    const std::string table = core::fully_quoted(subject_table(statement.text));
    if (statement.type == "SCHEMA") return schemas.contains(statement.name);
    if (statement.type == "SEQUENCE") {
        return sequences_.contains(quoted_table(statement.schema, statement.name));
    }
    const std::string attached = core::fully_quoted(attached_part(statement.text));
    if (statement.type == "TABLE ATTACH") {
        return names_.contains(table) && names_.contains(attached);
    }
    const std::string part = core::fully_quoted(subject_part(statement.text));
    if (statement.type == "INDEX ATTACH") return parts.contains(attached) && parts.contains(part);
    if (!part.empty()) return parts.contains(part) || sequences_.contains(part);
    return names_.contains(table);
}

// Who grants is said before a right, and taken back after it.
std::vector<script_statement> table_selection::kept(std::vector<script_statement> statements,
                                                    session& on) const {
    const std::set<std::string> missing = missing_schemas(on);
    const std::set<std::string> parts = parts_in(statements);
    std::vector<script_statement> result;
    for (std::size_t i = 0; i < statements.size(); ++i) {
        std::size_t decisive = i;
        if (statements[i].text.starts_with("SET SESSION AUTHORIZATION ")) ++decisive;
        if (statements[i].text.starts_with("RESET SESSION AUTHORIZATION")) --decisive;
        if (decisive < statements.size() && is_kept(statements[decisive], missing, parts)) {
            result.push_back(statements[i]);
        }
    }
    return result;
}

}  // namespace chronos::internal
