// Restoring a snapshot into a database.
#pragma once

#include <chronos/export.hpp>
#include <chronos/progress.hpp>
#include <chronos/repository.hpp>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace chronos {

enum class restore_target {
    empty,    // the database exists and holds nothing; refused otherwise
    create,   // the database does not exist yet; refused otherwise
    replace,  // the database may exist; it is replaced once the restored one is complete
};

struct restore_options {
    std::string repository;  // URL
    snapshot_selector snapshot = snapshot_selector::latest();
    // Connection string of the database to restore into. With `create` and `replace`: of the one
    // that shall exist afterwards; the same role must be able to connect to `postgres`.
    std::string target;
    restore_target mode = restore_target::empty;
    // "name" or "schema.name"; empty: everything. With names, only these tables are restored, with
    // their rows, indexes and constraints, into a database that may hold other things.
    std::vector<std::string> tables;
    unsigned jobs = 2;
    bool roles = true;    // create roles that are missing; existing ones are never changed
    bool refresh = true;  // fill materialized views
    bool analyze = true;
    // With `tables` and one job: false refuses if a check, a generated column, a domain or a
    // partition key of theirs calls a function of a role that is neither a superuser nor ours.
    bool run_functions = true;
    bool compare = false;  // read everything back and compare it with the snapshot's hashes
    progress_callback progress;
    warning_callback warning;
    std::stop_token stop;
};

struct restore_result {
    std::string snapshot;  // id
    std::string database;
    std::uint64_t tables = 0;
    std::uint64_t rows = 0;
    std::uint64_t plain_bytes = 0;
    std::vector<std::string> roles_created;
    // After a restore the database has a timeline of its own; none without the extension.
    std::optional<std::int64_t> version;
    std::string timeline;
    bool compared = false;
    double seconds = 0;
    std::vector<std::string> warnings;
};

// Throws chronos::error: refused (the target is not as `mode` says), not_found, damaged (an object;
// nothing of it is loaded), database (the detail names the statement), cancelled, ... With `create`
// and `replace` a failed restore leaves nothing behind. With `empty` it leaves a part, and the
// error's hint says so.
//
// Blocks; call it from any thread.
[[nodiscard]] CHRONOS_EXPORT restore_result restore_snapshot(const restore_options& options);

// One table that is not what the snapshot says.
struct table_difference {
    std::string table;  // schema.name
    std::string detail;
};

struct compare_report {
    std::string snapshot;
    std::uint64_t tables = 0;
    std::uint64_t rows = 0;
    std::vector<table_difference> differences;
    [[nodiscard]] bool equal() const noexcept { return differences.empty(); }
};

struct compare_options {
    unsigned jobs = 2;
    progress_callback progress;
    std::stop_token stop;
};

// Reads every table of a live database and compares its content with the hashes in the snapshot.
[[nodiscard]] CHRONOS_EXPORT compare_report compare_snapshot(const repository& from,
                                                             const snapshot_selector& snapshot,
                                                             const std::string& conninfo,
                                                             const compare_options& options = {});

}  // namespace chronos
