// The scripts of pg_dump, statement by statement, with what pg_dump says each one belongs to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/sql_splitter.hpp"

namespace chronos::internal {

// One statement. Name, type and schema come from pg_dump's comment "-- Name: orders; Type: TABLE;
// Schema: public; Owner: app", which holds until the next one; all empty before the first.
struct script_statement {
    std::string_view text;
    std::size_t line = 0;
    std::string name;
    std::string type;
    std::string schema;
};

// The views point into `script`.
[[nodiscard]] std::vector<script_statement> read_dump_script(std::string_view script);

// The table that a statement is about, as it is written there ("public.\"My Table\""): CREATE
// TABLE, ALTER TABLE, CREATE INDEX, CREATE STATISTICS, CREATE TRIGGER, CREATE RULE, CREATE POLICY,
// ALTER PUBLICATION ... ADD TABLE, COMMENT ON TABLE, COLUMN, CONSTRAINT, TRIGGER, RULE or POLICY,
// GRANT and REVOKE ON TABLE, ALTER SEQUENCE ... OWNED BY. Empty for others.
[[nodiscard]] std::string subject_table(std::string_view statement);

// The partition, or the index of one, that ALTER TABLE or ALTER INDEX attaches, as it is written
// there; empty for others.
[[nodiscard]] std::string attached_part(std::string_view statement);

// The index or statistics object that ALTER or COMMENT is about, or CREATE STATISTICS; the sequence
// of COMMENT, GRANT and REVOKE. As it is written there; empty for others.
[[nodiscard]] std::string subject_part(std::string_view statement);

// The constraint that ALTER TABLE adds, without its schema; empty for others.
[[nodiscard]] std::string added_constraint(std::string_view statement);

// A name as it is written, without its quotes: "public.\"My Table\"" gives "public.My Table".
[[nodiscard]] std::string unquoted(std::string_view name);

// An index, PRIMARY KEY or UNIQUE constraint of columns alone: no expression, no condition and no
// exclusion, so that no function of a user can be called that reads something else.
[[nodiscard]] bool is_plain_index(std::string_view statement);

}  // namespace chronos::internal
