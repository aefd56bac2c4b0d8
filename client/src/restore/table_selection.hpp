// Some tables of a snapshot: what of its scripts and data belongs to them.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "connection/session.hpp"
#include "repository/manifest.hpp"
#include "restore/dump_script.hpp"

namespace chronos::internal {

class table_selection {
  public:
    // `names` are "name" or "schema.name", without quotes or every part in them; a partitioned
    // table brings its partitions. Throws not_found, or usage if a name is ambiguous or cannot be
    // restored alone.
    table_selection(const std::vector<std::string>& names, const manifest& snapshot,
                    std::string_view pre_data);

    // Throws refused if one of them exists in the target.
    void require_absent(session& on) const;
    void require_absent(session& on, const std::string& schema, const std::string& name) const;

    [[nodiscard]] const std::vector<const table_data*>& tables() const noexcept { return tables_; }
    // Those that belong to a column of the tables.
    [[nodiscard]] std::vector<sequence_state> sequences(const manifest& snapshot) const;
    // Statements about the tables, their sequences and the schemas that the target lacks.
    [[nodiscard]] std::vector<script_statement> kept(std::vector<script_statement> statements,
                                                     session& on) const;
    // All of them, and tables of the target that they become parts of; quoted_table().
    [[nodiscard]] std::vector<std::string> loaded(session& on) const;
    // Of partitions whose table is in the target already, and was not chosen. They belong after all
    // else, when the indexes are there that they share.
    [[nodiscard]] std::vector<script_statement> attachments(session& on) const;

  private:
    void choose(const std::string& name, const manifest& snapshot,
                const std::vector<script_statement>& definitions);
    // A table that has no rows of its own because its partitions have them: with all of those.
    [[nodiscard]] bool choose_partitioned(const std::string& name, const manifest& snapshot,
                                          const std::vector<script_statement>& definitions);
    void choose_part(const std::string& name, const manifest& snapshot,
                     const std::vector<script_statement>& definitions);
    // The indexes of the tables, constraints' included, and the statistics objects that these
    // statements create.
    [[nodiscard]] std::set<std::string> parts_in(
        const std::vector<script_statement>& statements) const;
    [[nodiscard]] std::set<std::string> missing_schemas(session& on) const;
    [[nodiscard]] bool is_kept(const script_statement& statement,
                               const std::set<std::string>& schemas,
                               const std::set<std::string>& parts) const;
    void find_sequences(const std::vector<script_statement>& definitions);
    void find_attachments(const std::vector<script_statement>& definitions);

    struct partitioned_table {
        std::string schema;
        std::string name;
    };

    std::vector<const table_data*> tables_;
    std::vector<partitioned_table> partitioned_;  // and partitions without rows
    std::set<std::string> names_;                 // quoted_table()
    std::set<std::string> sequences_;             // quoted_table()
    std::vector<script_statement> attachments_;
};

}  // namespace chronos::internal
