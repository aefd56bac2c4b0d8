// Reading the rows of all tables, in parallel, into pieces.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <vector>

#include "connection/progress_meter.hpp"
#include "connection/workers.hpp"
#include "repository/hash.hpp"
#include "repository/writing_session.hpp"
#include "snapshot/frozen_source.hpp"
#include "snapshot/range_plan.hpp"

namespace chronos::internal {

class exporter {
  public:
    exporter(const frozen_source& source, writing_session& into, progress_meter& meter);

    // Uses one thread for each of the sessions, which must see the source's snapshot.
    void run(const std::vector<session*>& workers, const std::stop_token& stop);

    // What the manifest says of every table that has rows of its own, in the source's order.
    [[nodiscard]] std::vector<table_data> results() const;

  private:
    struct part {
        std::vector<piece> pieces;
        std::uint64_t rows = 0;
        std::uint64_t bytes = 0;
    };
    struct outcome {
        std::map<std::uint32_t, part> parts;  // by the range's number
        content_hash hash;
    };

    void work(session& on, const interruption& interrupted);
    [[nodiscard]] bool take(export_task& task);
    [[nodiscard]] bool lock(session& on, const export_task& task) const;
    void export_range(session& on, const block_range& range, const interruption& interrupted);

    const frozen_source& source_;
    writing_session& into_;
    progress_meter& meter_;
    std::mutex mutex_;
    std::deque<export_task> waiting_;
    std::vector<export_task> left_to_holder_;
    std::vector<outcome> outcomes_;
};

// "COPY (SELECT ... FROM ONLY ... WHERE ctid ...) TO STDOUT (FORMAT ...)".
[[nodiscard]] std::string export_statement(const source_table& table, const block_range& range);

}  // namespace chronos::internal
