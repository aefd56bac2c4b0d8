#include "snapshot/reuse_plan.hpp"

#include <algorithm>

namespace chronos::internal {

reuse_plan::reuse_plan(const frozen_source& source, const writing_session& into,
                       const manifest& now, reuse_mode mode, const proof_conditions& demanded)
    : demanded_(demanded) {
    if (mode == reuse_mode::portable) {
        reason_ = "--portable asks nothing of the extension";
        return;
    }
    reason_ = why_no_proof(source.holder());
    if (!reason_.empty()) return;
    recorded_ = true;
    choose_base(source.holder(), into, now);
    if (mode == reuse_mode::full) reason_ = "--full was asked for";
    compare_tables(source.holder(), source.tables());
}

// The newest whose marker the snapshot sees.
void reuse_plan::choose_base(session& holder, const writing_session& into, const manifest& now) {
    base_ = into.newest([&](const manifest& each) {
        std::string problem = why_no_base(each, now);
        if (problem.empty() && demanded_.marker && !sees_marker(holder, each.incremental->marker)) {
            problem = "the database does not have its marker, so not its history";
        }
        if (problem.empty()) return true;
        // The newest that could have been one says most.
        if (reason_.empty() && each.incremental && !each.incremental->marker.empty() &&
            each.database.name == now.database.name) {
            reason_ = "snapshot " + each.id + " cannot be built on: " + problem;
        }
        return false;
    });
    if (base_) {
        reason_.clear();
    } else if (reason_.empty()) {
        reason_ = "the repository holds no snapshot of this database to build on";
    }
}

void reuse_plan::find_before(table_plan& plan, const source_table& table) const {
    table_data now;
    now.columns = table.columns;
    now.format = table.format;
    now.facts = plan.facts;
    const auto found = before_.find(table.oid);
    plan.reason = found == before_.end() ? "it is not in snapshot " + base_->id
                                         : why_other_table(*found->second, now, demanded_);
    if (!plan.reason.empty()) return;
    plan.before = found->second;
    std::size_t next = 0;
    for (const auto& range : plan.before->facts->ranges) {
        plan.first_pieces.push_back(next);
        next += range.pieces;
    }
}

void reuse_plan::compare_tables(session& holder, const std::vector<source_table>& tables) {
    if (base_) {
        for (const auto& table : base_->tables) {
            if (table.facts) before_[table.facts->oid] = &table;
        }
    }
    const auto gates = read_gate(holder, tables);
    for (std::size_t i = 0; i < tables.size(); ++i) {
        table_plan plan;
        plan.reason = gates[i].refusal;
        if (plan.reason.empty()) {
            plan.facts = table_facts{tables[i].oid, gates[i].file_path, gates[i].signature, {}};
            if (base_) find_before(plan, tables[i]);
            if (!reason_.empty()) plan.reason = reason_;
        }
        tables_.push_back(std::move(plan));
    }
}

std::optional<table_facts> reuse_plan::facts(std::size_t table) const {
    return table < tables_.size() ? tables_[table].facts : std::nullopt;
}

std::string reuse_plan::reason(std::size_t table) const {
    return table < tables_.size() ? tables_[table].reason : reason_;
}

std::vector<std::uint64_t> reuse_plan::first_blocks(std::size_t table) const {
    std::vector<std::uint64_t> result;
    if (table >= tables_.size() || tables_[table].before == nullptr) return result;
    for (const auto& range : tables_[table].before->facts->ranges) result.push_back(range.first);
    return result;
}

std::optional<reuse_plan::old_range> reuse_plan::find(const block_range& range) const {
    if (!reason_.empty() || range.table >= tables_.size() ||
        tables_[range.table].before == nullptr) {
        return std::nullopt;
    }
    const auto& plan = tables_[range.table];
    const auto& ranges = plan.before->facts->ranges;
    const auto found = std::lower_bound(
        ranges.begin(), ranges.end(), range.first,
        [](const range_facts& one, std::uint64_t first) { return one.first < first; });
    if (found == ranges.end() || found->first != range.first || found->last != range.last) {
        return std::nullopt;
    }
    const auto number = static_cast<std::size_t>(found - ranges.begin());
    const auto begin =
        plan.before->pieces.begin() + static_cast<std::ptrdiff_t>(plan.first_pieces[number]);
    return old_range{&*found, {begin, begin + static_cast<std::ptrdiff_t>(found->pieces)}};
}

}  // namespace chronos::internal
