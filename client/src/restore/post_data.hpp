// What comes after the rows: indexes and keys in parallel, the rest in pg_dump's order.
#pragma once

#include <map>
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
    // `table_bytes` ("schema.name") tells which tables to begin with.
    post_data(std::vector<script_statement> statements,
              const std::map<std::string, std::uint64_t>& table_bytes, on_failure policy);

    // Indexes, primary keys, unique and exclusion constraints: one table by one session.
    void build_indexes(const std::vector<session*>& workers, const std::stop_token& stop,
                       const warn_function& warn);
    // Everything else, foreign keys included; event triggers wait for the last step.
    void run_rest(session& on, const interruption& interrupted, const warn_function& warn);
    void run_event_triggers(session& on, const interruption& interrupted,
                            const warn_function& warn);

  private:
    void run(session& on, const script_statement& statement, const warn_function& warn) const;

    on_failure policy_;
    std::vector<std::vector<script_statement>> builds_;  // by table; the next one last
    std::vector<script_statement> rest_;
    std::vector<script_statement> event_triggers_;
};

}  // namespace chronos::internal
