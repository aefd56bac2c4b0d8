// Reading the rows of all tables, in parallel, into pieces.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <vector>

#include "chronos/snapshot.hpp"
#include "connection/progress_meter.hpp"
#include "connection/workers.hpp"
#include "repository/hash.hpp"
#include "repository/writing_session.hpp"
#include "snapshot/frozen_source.hpp"
#include "snapshot/range_plan.hpp"
#include "snapshot/reuse_plan.hpp"

namespace chronos::internal {

struct export_options {
    // Small enough that the last ones end together, big enough that a query costs nothing.
    std::uint64_t range = 32 * 1024 * 1024;
    // What a growing table makes us read again, at least.
    std::uint64_t tail = 1024 * 1024;
    // Everything by COPY.
    bool portable = false;
};

class exporter {
  public:
    exporter(const frozen_source& source, writing_session& into, progress_meter& meter,
             const reuse_plan& reuse, const export_options& options = {});

    // Uses one thread for each of the sessions, which must see the source's snapshot.
    void run(const std::vector<session*>& workers, const std::stop_token& stop);

    // After run, while the source's locks are held: types are not locked, and what one of them
    // became meanwhile is in the copies. `outside` is in no transaction.
    void check_types(session& outside);

    // What the manifest says of every table that has rows of its own, in the source's order.
    [[nodiscard]] std::vector<table_data> results() const;

    // What was taken over of each of these tables, and the first reason why not all.
    [[nodiscard]] std::vector<reuse_explanation> explanations() const;
    [[nodiscard]] std::uint64_t reused_pieces() const noexcept { return reused_pieces_; }
    [[nodiscard]] std::uint64_t reused_bytes() const noexcept { return reused_bytes_; }

  private:
    struct part {
        std::vector<piece> pieces;
        std::uint64_t rows = 0;
        std::uint64_t bytes = 0;
        range_facts facts;
        content_hash hash;
    };
    struct outcome {
        std::map<std::uint32_t, part> parts;  // by the range's number
        std::uint64_t reused = 0;
        std::string reason;  // the first why a range was not
        bool types_changed = false;
    };
    using block_ranges = std::vector<block_range>;

    void work(session& on, const interruption& interrupted);
    [[nodiscard]] bool take(export_task& task);
    [[nodiscard]] bool lock(session& on, const export_task& task) const;
    void export_ranges(session& on, const block_ranges& ranges, const interruption& interrupted);
    // Takes over what it can and returns the rest.
    [[nodiscard]] block_ranges take_over(session& on, const block_ranges& ranges);
    // Empty, or why it was not.
    [[nodiscard]] std::string take_over(const block_range& range, const page_facts& now);
    // Notes what the pages of exported ranges prove to a later snapshot.
    void settle(session& on, const block_ranges& exported);
    void finish(const block_range& range, part done);
    [[nodiscard]] bool is_listed(std::size_t table) const;
    void export_range(session& on, const block_range& range, const interruption& interrupted);
    [[nodiscard]] bool export_packed(session& on, const block_range& range,
                                     const interruption& interrupted);
    [[nodiscard]] bool is_packed(std::size_t table);
    void copy_range(session& on, const block_range& range, const interruption& interrupted);

    const frozen_source& source_;
    writing_session& into_;
    progress_meter& meter_;
    const reuse_plan& reuse_;
    std::vector<bool> packed_by_server_;  // of the source's tables; under the mutex
    bool is_remote_ = false;
    std::uint64_t reused_pieces_ = 0;
    std::uint64_t reused_bytes_ = 0;
    std::mutex mutex_;
    std::deque<export_task> waiting_;
    std::vector<export_task> left_to_holder_;
    std::vector<outcome> outcomes_;
};

// "COPY (SELECT ... FROM ONLY ... WHERE ctid ...) TO STDOUT (FORMAT ...)".
[[nodiscard]] std::string export_statement(const source_table& table, const block_range& range);

}  // namespace chronos::internal
