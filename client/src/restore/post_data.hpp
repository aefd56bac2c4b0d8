// What comes after the rows: indexes and keys in parallel, the rest in pg_dump's order.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "connection/workers.hpp"
#include "restore/script_runner.hpp"

namespace chronos::internal {

// What an error of the server does, beyond what run_statement forgives.
// `take_back` is warn inside of a transaction.
enum class on_failure { stop, warn, take_back };

class post_data {
  public:
    // `table_bytes` (of quoted_table()) tells which tables to begin with. `warn` is called by one
    // thread at a time.
    post_data(std::vector<script_statement> statements,
              const std::map<std::string, std::uint64_t>& table_bytes, on_failure policy,
              warn_function warn);

    // Indexes of mere columns, primary keys and unique constraints of one table (quoted_table()),
    // all of whose rows are in. From several threads at once. The functions of all other indexes
    // can read tables that are still empty.
    void build_indexes_of(const std::string& table, session& on, const interruption& interrupted);
    // All that are left: one table by one session.
    void build_indexes(const std::vector<session*>& workers, const std::stop_token& stop);
    // Everything else, foreign keys included; event triggers wait for the last step.
    void run_rest(session& on, const interruption& interrupted);
    void run_event_triggers(session& on, const interruption& interrupted);

  private:
    struct table_builds {
        std::string table;
        std::vector<script_statement> plain;
        std::vector<script_statement> computed;
    };

    void add_build(table_builds& to, script_statement statement);
    void build(session& on, const std::vector<script_statement>& statements,
               const interruption& interrupted);
    void run(session& on, const script_statement& statement);
    void warn(const std::string& text);

    on_failure policy_;
    warn_function warn_;
    std::mutex warning_;
    std::mutex mutex_;
    std::vector<table_builds> builds_;  // the next one last
    std::vector<script_statement> rest_;
    std::vector<script_statement> event_triggers_;
};

}  // namespace chronos::internal
