// The tables of the version store, read row by row: a statement's plan takes longer to start than
// the few look-ups that a commit needs. Column numbers are those of sql/20_history_tables.sql.
//
// Plain data, inside call(), allocated in the current memory context.
#pragma once

#include "backend/backend.hpp"

extern "C" {
#include <access/genam.h>
#include <access/skey.h>
#include <utils/jsonb.h>
#include <utils/rel.h>
#include <utils/snapshot.h>
#include <utils/uuid.h>
}

namespace chronos::history {

namespace fact_column {
enum : AttrNumber {
    timeline = 1,
    since,
    until,
    classid,
    objid,
    kind,
    identity,
    hash,
    object,
    attributes,
    end
};
}

namespace version_column {
enum : AttrNumber {
    timeline = 1,
    number,
    cause,
    started_at,
    committed_at,
    role,
    session_role,
    application,
    client_address,
    transaction,
    duration,
    observed_after,
    statements,
    snapshot,
    server_version,
    fingerprint,
    changes,
    end
};
}

namespace definition_column {
enum : AttrNumber { hash = 1, kind, identity, definition, end };
}

// Table or index of schema chronos; an error if there is none.
[[nodiscard]] Oid store_relation(const char* name);

// A scan under a snapshot of its own: what is committed now, and what this transaction wrote.
class store_scan {
  public:
    // By an index and keys on its first columns; the numbers in the keys are the table's.
    store_scan(const char* table, const char* index, ScanKey keys, int count);
    // All rows.
    explicit store_scan(const char* table) : store_scan(table, nullptr, nullptr, 0) {}

    [[nodiscard]] HeapTuple next();
    [[nodiscard]] Datum get(HeapTuple tuple, AttrNumber column, bool& is_null) const;
    void close();

  private:
    Relation table_;
    Snapshot snapshot_;
    SysScanDesc scan_;
};

// A state of an object that holds in the newest version.
struct fact_row {
    Oid classid;
    Oid objid;
    const char* kind;
    const char* identity;
    bytea* hash;
    std::int64_t object;
};

struct fact_rows {
    fact_row* items;
    int count;
};

[[nodiscard]] fact_rows newest_facts_of(const pg_uuid_t& line, Oid objid);
[[nodiscard]] fact_rows newest_facts_named(const pg_uuid_t& line, const char* kind,
                                           const char* identity);

// A copy of the row of the fact in force, with its place; null if there is none.
[[nodiscard]] HeapTuple newest_fact(const pg_uuid_t& line, Oid classid, Oid objid,
                                    const char* kind);

// Null if there is none.
[[nodiscard]] Jsonb* stored_definition(bytea* hash);
[[nodiscard]] bool has_definition(bytea* hash);

}  // namespace chronos::history
