#include "snapshot/exporter.hpp"

#include <fmt/format.h>

#include <utility>

#include "snapshot/piece_builder.hpp"

namespace chronos::internal {
namespace {

// Small enough that the last ones end together, big enough that a query costs nothing.
constexpr std::uint64_t kRangeBytes = 32 * 1024 * 1024;

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

exporter::exporter(const frozen_source& source, writing_session& into, progress_meter& meter)
    : source_(source), into_(into), meter_(meter), outcomes_(source.tables().size()) {
    const auto block_size = static_cast<std::uint64_t>(
        source.holder().query_one("SELECT current_setting('block_size')").number(0));
    std::uint64_t total = 0;
    for (auto& task : plan_ranges(source.tables(), block_size, kRangeBytes)) {
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
        for (const auto& task : left_to_holder_) {
            for (const auto& range : task.ranges) export_range(on, range, interrupted);
        }
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
        for (const auto& range : task.ranges) export_range(on, range, interrupted);
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
    const std::lock_guard guard(mutex_);
    auto& of_table = outcomes_[range.table];
    of_table.parts[range.number] = {builder.pieces(), builder.rows(), builder.bytes()};
    of_table.hash.add(builder.hash());
    if (range.whole || !range.last) meter_.add_tables(1);
}

std::vector<table_data> exporter::results() const {
    std::vector<table_data> results;
    for (std::size_t i = 0; i < outcomes_.size(); ++i) {
        const auto& table = source_.tables()[i];
        if (!table.has_rows_of_its_own || table.unlogged) continue;
        table_data data;
        data.schema = table.schema;
        data.name = table.name;
        data.kind = table.kind;
        data.columns = table.columns;
        data.format = table.format;
        data.content_hash = outcomes_[i].hash.hex();
        for (const auto& [number, done] : outcomes_[i].parts) {
            data.rows += done.rows;
            data.bytes += done.bytes;
            data.pieces.insert(data.pieces.end(), done.pieces.begin(), done.pieces.end());
        }
        results.push_back(std::move(data));
    }
    return results;
}

}  // namespace chronos::internal
