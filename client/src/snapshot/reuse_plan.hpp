// What a snapshot takes over from an earlier one, and what it writes down for the next.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "repository/writing_session.hpp"
#include "snapshot/frozen_source.hpp"
#include "snapshot/proof.hpp"

namespace chronos::internal {

enum class reuse_mode {
    portable,  // nothing is asked of the extension, nothing is written down
    full,      // nothing is taken over, but tables are cut as before: equal pieces are stored once
    incremental
};

class reuse_plan {
  public:
    // Nothing is taken over, nothing is written down.
    explicit reuse_plan(std::string reason) : reason_(std::move(reason)) {}

    // `now` holds what is known of server and database. Asks the source's holder and `into`.
    reuse_plan(const frozen_source& source, const writing_session& into, const manifest& now,
               reuse_mode mode, const proof_conditions& demanded = {});
    ~reuse_plan() = default;
    // It points into itself.
    reuse_plan(const reuse_plan&) = delete;
    reuse_plan& operator=(const reuse_plan&) = delete;

    // Whether a later snapshot may build on this one.
    [[nodiscard]] bool is_recorded() const noexcept { return recorded_; }
    // The id of the snapshot that pieces are taken from; empty: none, for this reason.
    [[nodiscard]] std::string base() const { return reason_.empty() ? base_->id : std::string(); }
    [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
    [[nodiscard]] const proof_conditions& demanded() const noexcept { return demanded_; }

    // What is to be written down of a table, without its ranges; none: nothing.
    [[nodiscard]] std::optional<table_facts> facts(std::size_t table) const;
    // Why no range of a table can be taken over; empty: each is to be looked at.
    [[nodiscard]] std::string reason(std::size_t table) const;

    [[nodiscard]] std::vector<std::uint64_t> first_blocks(std::size_t table) const;

    struct old_range {
        const range_facts* facts = nullptr;
        std::vector<piece> pieces;
    };
    // The same blocks in the base; none if there are none, or the table's gate is closed.
    [[nodiscard]] std::optional<old_range> find(const block_range& range) const;

  private:
    struct table_plan {
        std::optional<table_facts> facts;
        const table_data* before = nullptr;
        std::vector<std::size_t> first_pieces;  // of the ranges of `before`
        std::string reason;
    };

    void choose_base(session& holder, const writing_session& into, const manifest& now);
    void find_before(table_plan& plan, const source_table& table) const;
    void compare_tables(session& holder, const std::vector<source_table>& tables);

    std::string reason_;
    proof_conditions demanded_;
    bool recorded_ = false;
    std::optional<manifest> base_;
    std::unordered_map<std::uint32_t, const table_data*> before_;  // of the base, by oid
    std::vector<table_plan> tables_;
};

}  // namespace chronos::internal
