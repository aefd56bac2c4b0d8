// What is told of migrations: their state, what a run will do, and what it has done.
#pragma once

#include <chronos/timestamp.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace chronos {

// What is known of one migration: its scripts in the directory, and what the database remembers. A
// plain value.
struct migration_status {
    std::string version;  // "42", "1.2", or a name where the tool has names
    std::string name;
    std::string file;  // of the way up; as it was, if it is gone
    std::string kind;  // versioned, repeatable
    // pending, late (pending, below one that is applied), applied, changed (applied as another
    // script), missing (applied, and the file is gone), unfinished (between two steps)
    std::string state;
    std::string down;  // script, derived (made of the recorded schemas), none
    bool transactional = true;
    std::string origin;  // run, baseline, import; empty: it is not applied
    std::string applied_by;
    std::optional<timestamp> applied_at;
    std::optional<double> seconds;
    std::optional<std::int64_t> version_before;  // of the schema
    std::optional<std::int64_t> version_after;
    std::string snapshot;  // taken before rows were destroyed; empty: none
    std::string schema;    // of a run over many; empty: the database

    friend bool operator==(const migration_status&, const migration_status&) = default;
};

// Data that a script destroys or does not bring back.
struct migration_loss {
    std::string object;  // table public.orders, column total of public.orders
    std::string statement;
    std::optional<std::int64_t> rows;
    std::optional<std::int64_t> bytes;
    std::string note;

    friend bool operator==(const migration_loss&, const migration_loss&) = default;
};

struct migration_statement {
    std::size_t line = 1;
    std::string text;
    std::string lock;  // AccessExclusiveLock, …; empty: none, or unknown
    std::vector<std::string> hazards;
    bool transactional = true;

    friend bool operator==(const migration_statement&, const migration_statement&) = default;
};

// What a run will do, in order.
struct planned_migration {
    bool up = true;
    std::string version;
    std::string name;
    std::string file;
    bool whole = true;     // one transaction
    bool derived = false;  // a way down that Chronos made
    bool repeatable = false;
    std::string script;
    std::vector<migration_statement> statements;
    std::vector<migration_loss> losses;
    std::string schema;  // of a run over many; empty: the database

    friend bool operator==(const planned_migration&, const planned_migration&) = default;
};

// What a run has done.
struct finished_migration {
    bool up = true;
    std::string version;
    std::string name;
    std::string file;
    bool derived = false;
    double seconds = 0;
    std::size_t resumed_after = 0;  // steps that an earlier run had done
    std::optional<std::int64_t> version_before;
    std::optional<std::int64_t> version_after;
    std::string snapshot;  // taken before rows were destroyed; empty: none
    std::string schema;    // of a run over many; empty: the database

    friend bool operator==(const finished_migration&, const finished_migration&) = default;
};

}  // namespace chronos
