#include "restore/data_loader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace chronos::internal {
namespace {

constexpr std::size_t kSequencesAtOnce = 500;
constexpr std::size_t kKeptBuffer = 32 * 1024 * 1024;

// The hash of an enum's value depends on oids, so a row can belong to another hash partition here:
// such rows are sent to the topmost table.
constexpr const char* kRerouted = R"(
SELECT n.nspname, c.relname, rn.nspname, r.relname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class r ON r.oid = pg_partition_root(c.oid) JOIN pg_namespace rn ON rn.oid = r.relnamespace
WHERE c.relispartition AND c.relkind = 'r' AND EXISTS (
    SELECT FROM pg_partition_ancestors(c.oid) a
    JOIN pg_partitioned_table p ON p.partrelid = a.relid AND p.partstrat = 'h'
    CROSS JOIN unnest(p.partattrs::int2[]) k
    LEFT JOIN pg_attribute t ON t.attrelid = p.partrelid AND t.attnum = k AND k <> 0
    LEFT JOIN pg_type y ON y.oid = t.atttypid
    WHERE k = 0 OR y.oid >= 16384))";

}  // namespace

std::string quoted_table(const std::string& schema, const std::string& name) {
    return session::quote_name(schema) + "." + session::quote_name(name);
}

std::string column_list(const std::vector<std::string>& columns) {
    std::string list;
    for (const auto& column : columns) {
        list += (list.empty() ? "(" : ", ") + session::quote_name(column);
    }
    return list.empty() ? list : list + ")";
}

void load_piece(reading_session& from, const piece& part, session& on, const std::string& statement,
                std::string& buffer) {
    from.get_object(part.object, buffer);
    const auto channel = on.copy_in(statement);
    channel->write(buffer);
    const auto count = channel->finish();
    if (static_cast<std::uint64_t>(count) != part.rows) {
        throw error(error_code::damaged, fmt::format("object {} holds {} rows, not {}",
                                                     part.object.name, count, part.rows));
    }
    if (buffer.capacity() > kKeptBuffer) buffer = std::string();
}

data_loader::data_loader(reading_session& from, std::vector<const table_data*> tables,
                         progress_meter& meter, table_done done)
    : from_(from), meter_(meter), done_(std::move(done)), tables_(std::move(tables)) {
    std::uint64_t bytes = 0;
    for (const auto* table : tables_) bytes += table->bytes;
    meter_.begin_data(tables_.size(), bytes);
}

void data_loader::run(const std::vector<session*>& workers, const std::stop_token& stop) {
    run_workers({workers.front()}, stop, [&](session& on, const interruption& interrupted) {
        find_rerouted(on);
        std::string buffer;
        for (const auto* table : tables_) {
            left_[table] = table->pieces.size();
            if (table->pieces.empty()) meter_.add_tables(1);
            if (table->kind != table_kind::extension) continue;
            for (const auto& part : table->pieces) load(on, {table, &part}, buffer, interrupted);
        }
    });
    auto ordered = tables_;
    std::stable_sort(ordered.begin(), ordered.end(),
                     [](const auto* a, const auto* b) { return a->bytes < b->bytes; });
    for (const auto* table : ordered) {
        if (table->kind == table_kind::extension) continue;
        for (auto part = table->pieces.rbegin(); part != table->pieces.rend(); ++part) {
            waiting_.push_back({table, &*part});
        }
    }
    run_workers(workers, stop, [&](session& on, const interruption& interrupted) {
        std::string buffer;
        task next{};
        while (take(next)) load(on, next, buffer, interrupted);
    });
}

void data_loader::find_rerouted(session& on) {
    for (const auto& line : on.query(kRerouted)) {
        rerouted_[{line.text(0), line.text(1)}] = quoted_table(line.text(2), line.text(3));
    }
}

bool data_loader::take(task& next) {
    const std::lock_guard guard(mutex_);
    if (waiting_.empty()) return false;
    next = waiting_.back();
    waiting_.pop_back();
    return true;
}

void data_loader::load(session& on, const task& next, std::string& buffer,
                       const interruption& interrupted) {
    interrupted.check();
    const auto& table = *next.table;
    const auto own_name = quoted_table(table.schema, table.name);
    const auto other = rerouted_.find({table.schema, table.name});
    const auto statement = fmt::format(
        "COPY {} {} FROM STDIN (FORMAT {})", other == rerouted_.end() ? own_name : other->second,
        column_list(table.columns), table.format == copy_format::binary ? "binary" : "text");
    try {
        load_piece(from_, *next.part, on, statement, buffer);
    } catch (const server_error& failure) {
        throw server_error(failure.code(),
                           fmt::format("could not load table {}: {}", own_name, failure.what()),
                           failure.detail(), failure.hint(), failure.sqlstate());
    } catch (const error& failure) {
        throw error(failure.code(),
                    fmt::format("could not load table {}: {}", own_name, failure.what()),
                    failure.detail(), failure.hint());
    }
    meter_.add_rows(next.part->rows, next.part->object.plain_bytes);
    {
        const std::lock_guard guard(mutex_);
        if (--left_[next.table] > 0) return;
    }
    meter_.add_tables(1);
    // Rows of other partitions may still arrive.
    if (other == rerouted_.end()) done_(table, on, interrupted);
}

void set_sequences(session& on, const std::vector<sequence_state>& sequences) {
    for (std::size_t first = 0; first < sequences.size(); first += kSequencesAtOnce) {
        std::string list;
        const auto last = std::min(sequences.size(), first + kSequencesAtOnce);
        for (auto i = first; i < last; ++i) {
            const auto& sequence = sequences[i];
            list +=
                fmt::format("{}pg_catalog.setval({}::regclass, {}, {})", list.empty() ? "" : ", ",
                            session::quote_literal(quoted_table(sequence.schema, sequence.name)),
                            sequence.last_value, sequence.is_called);
        }
        on.execute("SELECT " + list);
    }
}

void load_large_objects(reading_session& from, const large_object_data& data, session& on,
                        const interruption& interrupted) {
    if (data.pieces.empty()) return;
    on.execute("CREATE TEMPORARY TABLE chronos_large_object(loid oid, place int8, data bytea)");
    std::string buffer;
    for (const auto& part : data.pieces) {
        interrupted.check();
        load_piece(from, part, on, "COPY pg_temp.chronos_large_object FROM STDIN (FORMAT binary)",
                   buffer);
        on.execute(
            "SELECT count(pg_catalog.lo_put(loid, place, data)) FROM "
            "(SELECT * FROM pg_temp.chronos_large_object ORDER BY loid, place) pages;"
            "TRUNCATE pg_temp.chronos_large_object");
    }
    on.execute("DROP TABLE pg_temp.chronos_large_object");
}

}  // namespace chronos::internal
