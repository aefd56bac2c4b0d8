#include "snapshot/exporter.hpp"

#include <fmt/format.h>

#include <utility>

#include "snapshot/piece_builder.hpp"
#include "snapshot/server_export.hpp"

namespace chronos::internal {
namespace {

std::string block_condition(const block_range& range) {
    if (range.whole) return {};
    auto condition = fmt::format(" WHERE ctid >= '({},0)'::pg_catalog.tid", range.first);
    if (range.last) condition += fmt::format(" AND ctid < '({},0)'::pg_catalog.tid", *range.last);
    return condition;
}

}  // namespace

std::string export_statement(const source_table& table, const block_range& range) {
    std::string columns;
    for (const auto& column : table.columns) {
        columns += columns.empty() ? "" : ", ";
        columns += session::quote_name(column);
    }
    const auto condition = table.condition.empty() ? block_condition(range) : " " + table.condition;
    return fmt::format("COPY (SELECT {} FROM ONLY {}{}) TO STDOUT (FORMAT {})", columns,
                       table.quoted(), condition,
                       table.format == copy_format::binary ? "binary" : "text");
}

exporter::exporter(const frozen_source& source, writing_session& into, progress_meter& meter,
                   const reuse_plan& reuse, const export_options& options)
    : source_(source),
      into_(into),
      meter_(meter),
      reuse_(reuse),
      packed_by_server_(options.portable ? std::vector<bool>(source.tables().size(), false)
                                         : exported_by_server(source.holder(), source.tables())),
      outcomes_(source.tables().size()) {
    is_remote_ = is_remote(source.holder());
    cutting how;
    how.block_size = static_cast<std::uint64_t>(
        source.holder().query_one("SELECT current_setting('block_size')").number(0));
    how.range_bytes = options.range;
    how.tail_bytes = reuse.is_recorded() ? options.tail : 0;
    how.before = [&reuse](std::size_t table) { return reuse.first_blocks(table); };
    std::uint64_t total = 0;
    for (auto& task : plan_ranges(source.tables(), how)) {
        total += task.bytes;
        waiting_.push_back(std::move(task));
    }
    for (const auto& task : waiting_) {
        for (const auto& range : task.ranges) outcomes_[range.table].parts[range.number];
    }
    meter_.begin_data(results().size(), total);
}

void exporter::run(const std::vector<session*>& workers, const std::stop_token& stop) {
    std::uint64_t without_rows = 0;
    for (std::size_t i = 0; i < outcomes_.size(); ++i) {
        const auto& table = source_.tables()[i];
        without_rows += outcomes_[i].parts.empty() && table.has_rows_of_its_own && !table.unlogged;
    }
    meter_.add_tables(without_rows);
    run_workers(workers, stop,
                [this](session& on, const interruption& interrupted) { work(on, interrupted); });
    // Where somebody waits for an exclusive lock, a worker would queue behind him, and he behind
    // us; the session that has the lock already need not queue.
    run_workers({&source_.holder()}, stop, [this](session& on, const interruption& interrupted) {
        for (const auto& task : left_to_holder_) export_ranges(on, task.ranges, interrupted);
    });
}

void exporter::work(session& on, const interruption& interrupted) {
    export_task task;
    while (take(task)) {
        interrupted.check();
        if (!lock(on, task)) {
            const std::lock_guard guard(mutex_);
            left_to_holder_.push_back(std::move(task));
            continue;
        }
        export_ranges(on, task.ranges, interrupted);
    }
}

// The order is part of the proof: the lock, the pages of now, the copy, the pages again.
void exporter::export_ranges(session& on, const block_ranges& ranges,
                             const interruption& interrupted) {
    const auto left = take_over(on, ranges);
    for (const auto& range : left) export_range(on, range, interrupted);
    settle(on, left);
}

exporter::block_ranges exporter::take_over(session& on, const block_ranges& ranges) {
    block_ranges left;
    block_ranges candidates;
    for (const auto& range : ranges) (reuse_.find(range) ? candidates : left).push_back(range);
    const auto pages = read_pages(on, source_.tables(), candidates, page_look::headers);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const auto problem =
            pages ? take_over(candidates[i], (*pages)[i]) : "its pages could not be read";
        if (problem.empty()) continue;
        const std::lock_guard guard(mutex_);
        if (auto& reason = outcomes_[candidates[i].table].reason; reason.empty()) reason = problem;
        left.push_back(candidates[i]);
    }
    return left;
}

std::string exporter::take_over(const block_range& range, const page_facts& now) {
    const auto old = reuse_.find(range);
    auto problem = why_changed(*old->facts, now, reuse_.demanded());
    if (!problem.empty()) return problem;
    part done{old->pieces, 0, 0, *old->facts, content_hash::from_hex(old->facts->content_hash)};
    for (const auto& piece : old->pieces) {
        if (!into_.keep_object(piece.object)) return "a repository lacks some of its pieces";
        done.rows += piece.rows;
        done.bytes += piece.object.plain_bytes;
    }
    meter_.add_rows(done.rows, range.bytes);
    {
        const std::lock_guard guard(mutex_);
        reused_pieces_ += done.pieces.size();
        reused_bytes_ += done.bytes;
        ++outcomes_[range.table].reused;
    }
    finish(range, std::move(done));
    return {};
}

void exporter::settle(session& on, const block_ranges& exported) {
    block_ranges proved;
    for (const auto& range : exported) {
        if (reuse_.facts(range.table)) proved.push_back(range);
    }
    const auto pages = read_pages(on, source_.tables(), proved, page_look::tuples);
    if (!pages) return;
    const std::lock_guard guard(mutex_);
    for (std::size_t i = 0; i < proved.size(); ++i) {
        auto& facts = outcomes_[proved[i].table].parts[proved[i].number].facts;
        facts.pages = (*pages)[i].pages;
        facts.newest_lsn = (*pages)[i].newest_lsn;
        facts.is_settled = (*pages)[i].is_settled;
    }
}

bool exporter::take(export_task& task) {
    const std::lock_guard guard(mutex_);
    if (waiting_.empty()) return false;
    task = std::move(waiting_.front());
    waiting_.pop_front();
    return true;
}

bool exporter::lock(session& on, const export_task& task) const {
    std::vector<source_table> tables;
    for (const auto& range : task.ranges) tables.push_back(source_.tables()[range.table]);
    try {
        on.execute("SAVEPOINT lock; " + lock_statement(tables, 0, tables.size()) + " NOWAIT");
        on.execute("RELEASE SAVEPOINT lock");
        return true;
    } catch (const server_error& failure) {
        if (failure.sqlstate() != "55P03") throw;
        on.execute("ROLLBACK TO SAVEPOINT lock; RELEASE SAVEPOINT lock");
        return false;
    }
}

void exporter::export_range(session& on, const block_range& range,
                            const interruption& interrupted) {
    if (is_packed(range.table) && export_packed(on, range, interrupted)) return;
    copy_range(on, range, interrupted);
}

bool exporter::is_packed(std::size_t table) {
    const std::lock_guard guard(mutex_);
    return packed_by_server_[table];
}

bool exporter::export_packed(session& on, const block_range& range,
                             const interruption& interrupted) {
    part done;
    const auto& table = source_.tables()[range.table];
    const auto end = export_in_server(on, table, range, [&](const packed_piece& piece) {
        interrupted.check();
        if (is_remote_ && !is_genuine(piece)) {
            throw error(error_code::internal,
                        fmt::format("the server sent a piece of table {} under a wrong name",
                                    table.quoted()));
        }
        into_.put_object(piece.object);
        done.pieces.push_back({piece.object.ref, piece.rows});
        done.rows += piece.rows;
        done.bytes += piece.object.ref.plain_bytes;
        done.hash.add(piece.hash);
    });
    if (end == export_end::failed) {
        const std::lock_guard guard(mutex_);
        packed_by_server_[range.table] = false;
    }
    if (end != export_end::whole) return false;
    meter_.add_rows(done.rows, range.bytes);
    finish(range, std::move(done));
    return true;
}

void exporter::copy_range(session& on, const block_range& range, const interruption& interrupted) {
    const auto& table = source_.tables()[range.table];
    piece_builder builder(table.format,
                          [this](std::string_view plain) { return into_.put_object(plain); });
    std::uint64_t reported = 0;
    try {
        on.copy_out(export_statement(table, range), [&](std::string_view message) {
            builder.add_message(message);
            if (builder.rows() % 1024 != 0) return;
            interrupted.check();
            meter_.add_rows(builder.rows() - std::exchange(reported, builder.rows()), 0);
        });
    } catch (const server_error& failure) {
        if (failure.code() != error_code::database && failure.code() != error_code::permission) {
            throw;
        }
        throw server_error(
            failure.code(),
            fmt::format("could not read table {}: {}", table.quoted(), failure.what()),
            failure.detail(), failure.hint(), failure.sqlstate());
    }
    builder.finish();
    meter_.add_rows(builder.rows() - reported, range.bytes);
    finish(range, {builder.pieces(), builder.rows(), builder.bytes(), {}, builder.hash()});
}

void exporter::finish(const block_range& range, part done) {
    done.facts.first = range.first;
    done.facts.last = range.last;
    done.facts.pieces = done.pieces.size();
    done.facts.content_hash = done.hash.hex();
    const std::lock_guard guard(mutex_);
    outcomes_[range.table].parts[range.number] = std::move(done);
    if (!range.last) meter_.add_tables(1);
}

void exporter::check_types(session& outside) {
    if (!reuse_.is_recorded() || !reuse_.demanded().same_signature) return;
    const auto now = read_gate(outside, source_.tables());
    for (std::size_t i = 0; i < outcomes_.size(); ++i) {
        const auto facts = reuse_.facts(i);
        outcomes_[i].types_changed = facts && facts->signature != now[i].signature;
    }
}

bool exporter::is_listed(std::size_t table) const {
    return source_.tables()[table].has_rows_of_its_own && !source_.tables()[table].unlogged;
}

std::vector<table_data> exporter::results() const {
    std::vector<table_data> results;
    for (std::size_t i = 0; i < outcomes_.size(); ++i) {
        if (!is_listed(i)) continue;
        const auto& table = source_.tables()[i];
        table_data data;
        data.schema = table.schema;
        data.name = table.name;
        data.kind = table.kind;
        data.columns = table.columns;
        data.format = table.format;
        if (!outcomes_[i].types_changed) data.facts = reuse_.facts(i);
        content_hash hash;
        for (const auto& [number, done] : outcomes_[i].parts) {
            data.rows += done.rows;
            data.bytes += done.bytes;
            data.pieces.insert(data.pieces.end(), done.pieces.begin(), done.pieces.end());
            hash.add(done.hash);
            if (data.facts) data.facts->ranges.push_back(done.facts);
        }
        data.content_hash = hash.hex();
        results.push_back(std::move(data));
    }
    return results;
}

std::vector<reuse_explanation> exporter::explanations() const {
    std::vector<reuse_explanation> result;
    for (std::size_t i = 0; i < outcomes_.size(); ++i) {
        if (!is_listed(i)) continue;
        const auto& done = outcomes_[i];
        reuse_explanation one{source_.tables()[i].schema,
                              source_.tables()[i].name,
                              done.parts.size(),
                              done.reused,
                              {}};
        if (one.reused < one.ranges) {
            one.reason = reuse_.reason(i).empty() ? done.reason : reuse_.reason(i);
            if (one.reason.empty()) one.reason = "it grew";
        }
        result.push_back(std::move(one));
    }
    return result;
}

}  // namespace chronos::internal
