#include "restore/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "repository/hash.hpp"
#include "repository/reading_session.hpp"
#include "restore/data_loader.hpp"

namespace chronos {
namespace internal {
namespace {

constexpr std::size_t kHeader = 19;
constexpr std::string_view kSignature{"PGCOPY\n\xff\r\n", 11};
constexpr std::string_view kTrailer{"\xff\xff", 2};

struct content {
    content_hash hash;
    std::uint64_t rows = 0;
};

content read_content(session& on, const table_data& table, const interruption& interrupted) {
    const bool binary = table.format == copy_format::binary;
    auto columns = column_list(table.columns);
    if (!columns.empty()) columns = columns.substr(1, columns.size() - 2);
    content found;
    bool first = true;
    on.copy_out(fmt::format("COPY (SELECT {} FROM ONLY {}) TO STDOUT (FORMAT {})", columns,
                            quoted_table(table.schema, table.name), binary ? "binary" : "text"),
                [&](std::string_view row) {
                    interrupted.check();
                    if (binary && std::exchange(first, false) && row.starts_with(kSignature)) {
                        row.remove_prefix(kHeader);
                    }
                    if (binary && (row.empty() || row == kTrailer)) return;
                    found.hash.add_row(binary ? row : row.substr(0, row.size() - 1));
                    ++found.rows;
                });
    return found;
}

std::string difference(const table_data& table, const content& found) {
    if (found.rows != table.rows) {
        return fmt::format("{} rows, the snapshot has {}", found.rows, table.rows);
    }
    return found.hash.hex() == table.content_hash ? "" : "other rows than the snapshot's";
}

void compare_sequences(session& on, const std::vector<sequence_state>& sequences,
                       compare_report& report) {
    for (const auto& sequence : sequences) {
        if (sequence.schema == "chronos") continue;
        const auto name = quoted_table(sequence.schema, sequence.name);
        const auto found = on.query_one("SELECT last_value, is_called FROM " + name);
        if (found.number(0) == sequence.last_value && found.flag(1) == sequence.is_called) continue;
        report.differences.push_back({sequence.schema + "." + sequence.name,
                                      fmt::format("the sequence is at {}, the snapshot at {}",
                                                  found.text(0), sequence.last_value)});
    }
}

}  // namespace

compare_report compare_contents(const std::vector<const table_data*>& wanted,
                                const std::vector<sequence_state>& sequences,
                                const std::vector<session*>& workers, const std::stop_token& stop,
                                progress_meter& meter) {
    compare_report report;
    std::vector<const table_data*> tables;
    std::uint64_t bytes = 0;
    for (const auto* table : wanted) {
        if (table->kind == table_kind::extension || table->content_hash.empty()) continue;
        tables.push_back(table);
        bytes += table->bytes;
    }
    std::stable_sort(tables.begin(), tables.end(),
                     [](const auto* a, const auto* b) { return a->bytes > b->bytes; });
    meter.begin_data(tables.size(), bytes);
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    run_workers(workers, stop, [&](session& on, const interruption& interrupted) {
        for (auto i = next++; i < tables.size(); i = next++) {
            std::string what;
            std::uint64_t count = 0;
            try {
                const auto found = read_content(on, *tables[i], interrupted);
                count = found.rows;
                what = difference(*tables[i], found);
            } catch (const server_error& failure) {
                if (failure.code() != error_code::database) throw;
                what = failure.what();
            }
            meter.add_rows(count, tables[i]->bytes);
            meter.add_tables(1);
            const std::lock_guard guard(mutex);
            ++report.tables;
            report.rows += count;
            if (!what.empty()) {
                report.differences.push_back({tables[i]->schema + "." + tables[i]->name, what});
            }
        }
    });
    run_workers({workers.front()}, stop, [&](session& on, const interruption&) {
        compare_sequences(on, sequences, report);
    });
    std::sort(report.differences.begin(), report.differences.end(),
              [](const auto& a, const auto& b) { return a.table < b.table; });
    return report;
}

}  // namespace internal

compare_report compare_snapshot(const repository& from, const snapshot_selector& snapshot,
                                const std::string& conninfo, const compare_options& options) {
    internal::reading_session reader(from.storage());
    const auto manifest = reader.find(snapshot);
    std::vector<std::unique_ptr<internal::session>> sessions;
    std::vector<internal::session*> workers;
    for (unsigned i = 0; i < std::max(1U, options.jobs); ++i) {
        sessions.push_back(std::make_unique<internal::session>(conninfo, "chronos verify"));
        sessions.back()->execute("SET row_security = off; SET client_encoding = " +
                                 internal::session::quote_literal(manifest.encoding));
        workers.push_back(sessions.back().get());
    }
    internal::progress_meter meter(options.progress);
    std::vector<const internal::table_data*> tables;
    for (const auto& table : manifest.tables) tables.push_back(&table);
    auto report =
        internal::compare_contents(tables, manifest.sequences, workers, options.stop, meter);
    report.snapshot = manifest.id;
    return report;
}

}  // namespace chronos
