#include "chronos/snapshot.hpp"

#include <fmt/format.h>

#include <random>
#include <thread>

#include "connection/progress_meter.hpp"
#include "core/snapshot_id.hpp"
#include "repository/restore_script.hpp"
#include "repository/writing_session.hpp"
#include "snapshot/database_properties.hpp"
#include "snapshot/dump_programs.hpp"
#include "snapshot/exporter.hpp"
#include "snapshot/frozen_source.hpp"
#include "snapshot/large_objects.hpp"
#include "snapshot/page_source.hpp"
#include "snapshot/reuse_plan.hpp"

namespace chronos {
namespace internal {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t kLongestLabel = 63;
constexpr std::chrono::milliseconds kFirstPause{50};
constexpr std::chrono::milliseconds kLongestPause{1000};

struct definitions {
    std::string pre_data;
    std::string post_data;
    std::optional<std::string> globals;
    std::vector<std::string> warnings;
};

// The work of one call of take_snapshot.
class snapshot_run {
  public:
    snapshot_run(const std::string& conninfo, const snapshot_options& options)
        : options_(options),
          holder_(conninfo, "chronos snapshot"),
          into_(options.repositories),
          meter_(options.progress) {}

    snapshot_result run();

  private:
    void describe(manifest& to);
    definitions read_definitions(const frozen_source& source, const dump_programs& programs);
    std::unique_ptr<frozen_source> freeze(const dump_programs& programs, definitions& sql);
    std::vector<std::unique_ptr<session>> make_workers(const frozen_source& source) const;
    void export_data(const frozen_source& source, manifest& to);
    void mark(manifest& to);
    std::optional<chronos_info> read_chronos();
    void warn(const std::string& text);
    snapshot_result report(const manifest& of, clock::time_point started);

    const snapshot_options& options_;
    session holder_;
    writing_session into_;
    progress_meter meter_;
    std::vector<std::string> warnings_;
    snapshot_result result_;
};

std::string new_id() {
    const auto now =
        std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    return make_snapshot_id(now, std::random_device{}());
}

void check(const snapshot_options& options) {
    if (options.repositories.empty()) {
        throw error(error_code::usage, "no repository is named", {},
                    "Name at least one repository for the snapshot.");
    }
    if (options.label.size() > kLongestLabel) {
        throw error(error_code::usage, "the label is longer than 63 bytes");
    }
    if (!options.id.empty() && !is_snapshot_id(options.id)) {
        throw error(error_code::usage,
                    fmt::format("\"{}\" is not the id of a snapshot", options.id));
    }
}

void snapshot_run::warn(const std::string& text) {
    warnings_.push_back(text);
    if (options_.warning) options_.warning(text);
}

void snapshot_run::describe(manifest& to) {
    to.id = options_.id.empty() ? new_id() : options_.id;
    to.label = options_.label;
    to.tool_version = CHRONOS_VERSION;
    const auto now =
        holder_.query_one("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::int8");
    to.created_at = timestamp(std::chrono::microseconds(now.number(0)));
    to.server = read_server(holder_);
    to.database = read_database(holder_);
    to.encoding = to.database.encoding == "SQL_ASCII" ? "SQL_ASCII" : "UTF8";
}

definitions snapshot_run::read_definitions(const frozen_source& source,
                                           const dump_programs& programs) {
    const auto* encoding = read_database(holder_).encoding == "SQL_ASCII" ? "SQL_ASCII" : "UTF8";
    definitions result;
    std::atomic<int> next = 0;
    run_tasks(options_.roles ? 3 : 2, options_.stop, [&](const interruption&) {
        switch (next++) {
            case 0:
                result.pre_data = programs.definitions("pre-data", source.snapshot(), encoding);
                break;
            case 1:
                result.post_data = programs.definitions("post-data", source.snapshot(), encoding);
                break;
            default:
                result.globals = programs.globals(
                    [&](const std::string& text) { result.warnings.push_back(text); });
        }
    });
    result.pre_data += large_object_definitions(holder_);
    result.post_data += database_properties(holder_);
    return result;
}

// Locks, snapshot and definitions. pg_dump takes locks of its own: if somebody queued up behind
// ours for an exclusive one, it cannot have them until we let go, so all starts again.
std::unique_ptr<frozen_source> snapshot_run::freeze(const dump_programs& programs,
                                                    definitions& sql) {
    const auto deadline = clock::now() + options_.lock_timeout;
    for (auto pause = kFirstPause;; pause *= 2) {
        auto source = std::make_unique<frozen_source>(holder_, deadline, options_.stop);
        try {
            sql = read_definitions(*source, programs);
            return source;
        } catch (const error& failure) {
            if (failure.code() != error_code::busy || clock::now() > deadline) throw;
        }
        holder_.execute("ROLLBACK");
        std::this_thread::sleep_for(std::min(pause, kLongestPause));
    }
}

std::vector<std::unique_ptr<session>> snapshot_run::make_workers(
    const frozen_source& source) const {
    std::vector<std::unique_ptr<session>> workers;
    for (unsigned i = 0; i < std::max(1U, options_.jobs); ++i) {
        workers.push_back(holder_.another());
        source.enter(*workers.back());
    }
    return workers;
}

void snapshot_run::export_data(const frozen_source& source, manifest& to) {
    for (const auto& table : source.tables()) {
        if (table.unlogged && table.has_rows_of_its_own) {
            warn(fmt::format("the rows of unlogged table {} are not in the snapshot",
                             table.quoted()));
        }
    }
    const reuse_plan reuse(source, into_, to,
                           options_.portable ? reuse_mode::portable
                           : options_.full   ? reuse_mode::full
                                             : reuse_mode::incremental);
    export_options how;
    how.portable = options_.portable;
    exporter rows(source, into_, meter_, reuse, how);
    const auto workers = make_workers(source);
    std::vector<session*> sessions;
    for (const auto& worker : workers) sessions.push_back(worker.get());
    rows.run(sessions, options_.stop);
    sessions.front()->execute("COMMIT");
    rows.check_types(*sessions.front());
    to.tables = rows.results();
    result_.full_reason = reuse.reason();
    result_.explanation = rows.explanations();
    if (reuse.is_recorded()) {
        to.incremental = incremental_info{
            kProofVersion, {}, reuse.base(), rows.reused_pieces(), rows.reused_bytes()};
    }
    run_workers({&holder_}, options_.stop, [&](session& on, const interruption& interrupted) {
        to.sequences = read_sequences(on);
        to.matviews = list_matviews(on);
        to.large_objects = export_large_objects(on, into_, interrupted);
    });
}

// After the last page was looked at, on the server that was looked at. Whoever sees the marker has
// all the history that the pages were part of.
void snapshot_run::mark(manifest& to) {
    if (!to.incremental) return;
    const auto marker = holder_.query_one("SELECT gen_random_uuid()").text(0);
    try {
        write_marker(holder_, marker);
        to.incremental->marker = marker;
    } catch (const server_error& failure) {
        if (failure.code() == error_code::cancelled || failure.code() == error_code::connection) {
            throw;
        }
        warn(fmt::format("the next snapshot will be a full one: {}", failure.what()));
    }
}

std::optional<chronos_info> snapshot_run::read_chronos() {
    if (holder_.query("SELECT FROM pg_extension WHERE extname = 'chronos'").empty() &&
        holder_.query_one("SELECT to_regprocedure('chronos.current_version()')").is_null(0)) {
        return std::nullopt;
    }
    try {
        holder_.execute("SAVEPOINT chronos");
        const auto found = holder_.query_one(
            "SELECT chronos.current_timeline(), chronos.current_version(), "
            "encode(chronos.fingerprint(), 'hex')");
        holder_.execute("RELEASE SAVEPOINT chronos");
        if (found.is_null(1)) return std::nullopt;
        return chronos_info{found.text(0), found.number(1), found.text(2)};
    } catch (const server_error& failure) {
        if (failure.code() == error_code::cancelled || failure.code() == error_code::connection)
            throw;
        holder_.execute("ROLLBACK TO SAVEPOINT chronos");
        warn(fmt::format("the schema version is not known: {}", failure.what()));
        return std::nullopt;
    }
}

snapshot_result snapshot_run::run() {
    const auto started = clock::now();
    meter_.begin(progress_phase::schema);
    const dump_programs programs(holder_, options_.stop);
    definitions sql;
    const auto source = freeze(programs, sql);
    for (const auto& warning : sql.warnings) warn(warning);
    manifest snapshot;
    describe(snapshot);
    snapshot.chronos = read_chronos();
    snapshot.pre_data = into_.put_object(sql.pre_data);
    snapshot.post_data = into_.put_object(sql.post_data);
    if (sql.globals) snapshot.globals = into_.put_object(*sql.globals);
    export_data(*source, snapshot);
    meter_.begin(progress_phase::manifest);
    snapshot.restore_script = into_.put_object(restore_script(snapshot));
    interruption(options_.stop).check();
    holder_.execute("COMMIT");
    mark(snapshot);
    into_.commit(snapshot);
    return report(snapshot, started);
}

snapshot_result snapshot_run::report(const manifest& of, clock::time_point started) {
    snapshot_result result = std::move(result_);
    result.id = of.id;
    result.label = of.label;
    if (of.chronos) {
        result.version = of.chronos->version;
        result.timeline = of.chronos->timeline;
        result.fingerprint = of.chronos->fingerprint;
    }
    result.tables = of.tables.size();
    for (const auto& table : of.tables) {
        result.rows += table.rows;
        result.plain_bytes += table.bytes;
        result.pieces += table.pieces.size();
    }
    if (of.incremental) {
        result.base = of.incremental->base;
        result.reused_pieces = of.incremental->reused_pieces;
        result.reused_bytes = of.incremental->reused_bytes;
    }
    result.plain_bytes += of.large_objects.bytes;
    result.pieces += of.large_objects.pieces.size();
    result.stored_bytes = into_.created_bytes();
    result.seconds = std::chrono::duration<double>(clock::now() - started).count();
    result.repositories = options_.repositories;
    result.warnings = warnings_;
    return result;
}

}  // namespace
}  // namespace internal

snapshot_result take_snapshot(const std::string& conninfo, const snapshot_options& options) {
    internal::check(options);
    return internal::snapshot_run(conninfo, options).run();
}

}  // namespace chronos
