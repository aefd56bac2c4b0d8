// Reads the stamps of all objects out of the catalogues, each from end to end: with thousands of
// tables a fraction of the time that rendering takes.
#include "history/stamp.hpp"

#include <algorithm>
#include <memory>
#include <unordered_set>

#include "backend/door.hpp"
#include "history/stamp_source.hpp"

extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <catalog/pg_authid.h>
#include <catalog/pg_namespace.h>
#include <catalog/pg_tablespace.h>
#include <common/hashfn.h>
#include <utils/guc.h>
#include <utils/rel.h>
#include <utils/snapmgr.h>
}

namespace chronos::history {

namespace {

using backend::call;

// As many rows are read at one go, between two looks at interrupts.
constexpr int kRows = 512;

struct catalogue_row {
    stamp part;
    Oid schema;
    NameData name;
};

struct batch {
    std::array<catalogue_row, kRows> rows;
    int count;
};

struct open_scan {
    Relation catalog;
    Snapshot snapshot;
    SysScanDesc scan;
};

// A catalogue of things that have a name.
struct named_catalogue {
    Oid catalog;
    AttrNumber oid_column;
    AttrNumber name_column;
};

std::uint64_t mixed(std::uint64_t from) {
    from = (from ^ (from >> 30)) * 0xbf58476d1ce4e5b9U;
    from = (from ^ (from >> 27)) * 0x94d049bb133111ebU;
    return from ^ (from >> 31);
}

std::uint64_t mixed(std::uint64_t first, std::uint64_t second, std::uint64_t third) {
    return mixed(mixed(mixed(first + 0x9e3779b97f4a7c15U) + second) + third);
}

std::uint64_t of_text(const char* text) {
    return hash_bytes_extended(reinterpret_cast<const unsigned char*>(text),
                               static_cast<int>(strlen(text)), 0);
}

std::uint64_t of_row(const HeapTuple tuple) {
    const std::uint64_t place =
        (static_cast<std::uint64_t>(ItemPointerGetBlockNumberNoCheck(&tuple->t_self)) << 16) |
        ItemPointerGetOffsetNumberNoCheck(&tuple->t_self);
    return mixed(tuple->t_tableOid, place, HeapTupleHeaderGetRawXmin(tuple->t_data));
}

Oid oid_in(const HeapTuple tuple, AttrNumber column, TupleDesc shape) {
    bool is_null = false;
    const Datum found = heap_getattr(tuple, column, shape, &is_null);
    return is_null ? InvalidOid : DatumGetObjectId(found);
}

open_scan begin(Oid catalog) {
    return call([catalog] {
        open_scan out{};
        out.catalog = table_open(catalog, AccessShareLock);
        out.snapshot = RegisterSnapshot(GetLatestSnapshot());
        out.scan = systable_beginscan(out.catalog, InvalidOid, false, out.snapshot, 0, nullptr);
        return out;
    });
}

void end(const open_scan& open) {
    call([open] {
        systable_endscan(open.scan);
        UnregisterSnapshot(open.snapshot);
        table_close(open.catalog, AccessShareLock);
    });
}

Oid object_of(const stamp_source& from, HeapTuple tuple, TupleDesc shape, Oid classid) {
    const Oid objid =
        from.object_column == 0 ? InvalidOid : oid_in(tuple, from.object_column, shape);
    return objid >= FirstNormalObjectId && is_told_apart(classid) ? objid : InvalidOid;
}

void describe(const stamp_source& from, HeapTuple tuple, TupleDesc shape, catalogue_row& into) {
    const Oid classid =
        from.class_column == 0 ? from.classid : oid_in(tuple, from.class_column, shape);
    into.part = {object_of(from, tuple, shape, classid), classid, of_row(tuple)};
    into.schema = from.schema_column == 0 ? InvalidOid : oid_in(tuple, from.schema_column, shape);
}

void describe(const named_catalogue& from, HeapTuple tuple, TupleDesc shape, catalogue_row& into) {
    bool is_null = false;
    into.name = *DatumGetName(heap_getattr(tuple, from.name_column, shape, &is_null));
    into.part = {oid_in(tuple, from.oid_column, shape), from.catalog, of_text(NameStr(into.name))};
    into.schema = InvalidOid;
}

// Of another database, or of no object.
bool is_nobodys(const stamp_source& from, HeapTuple tuple, TupleDesc shape) {
    return (from.database_column != 0 &&
            oid_in(tuple, from.database_column, shape) != MyDatabaseId) ||
           (from.object_column != 0 && oid_in(tuple, from.object_column, shape) == InvalidOid);
}

bool is_nobodys(const named_catalogue&, HeapTuple, TupleDesc) { return false; }

// False at the end of the catalogue.
template <typename Source>
bool fill(const open_scan& open, const Source& from, batch& into) {
    return call([&open, &from, &into] {
        CHECK_FOR_INTERRUPTS();
        const TupleDesc shape = RelationGetDescr(open.catalog);
        into.count = 0;
        while (into.count < kRows) {
            const HeapTuple tuple = systable_getnext(open.scan);
            if (!HeapTupleIsValid(tuple)) {
                return false;
            }
            if (!is_nobodys(from, tuple, shape)) {
                describe(from, tuple, shape, into.rows[into.count++]);
            }
        }
        return true;
    });
}

template <typename Source, typename Fn>
void for_each_row(const Source& from, batch& rows, Fn&& use) {
    const open_scan open = begin(from.catalog);
    bool more = true;
    while (more) {
        more = fill(open, from, rows);
        for (int i = 0; i < rows.count; ++i) {
            use(rows.rows[i]);
        }
    }
    end(open);
}

constexpr named_catalogue kSchemas{NamespaceRelationId, Anum_pg_namespace_oid,
                                   Anum_pg_namespace_nspname};
constexpr named_catalogue kRoles{AuthIdRelationId, Anum_pg_authid_oid, Anum_pg_authid_rolname};
constexpr named_catalogue kTablespaces{TableSpaceRelationId, Anum_pg_tablespace_oid,
                                       Anum_pg_tablespace_spcname};

class collector {
  public:
    void read(const stamp_source& from) {
        for_each_row(from, *rows_, [this](const catalogue_row& row) {
            add(row.part);
            if (unwatched_schemas_.find(row.schema) != unwatched_schemas_.end()) {
                unwatched_.insert(key(row.part));
            }
        });
    }

    void read_names(const named_catalogue& from) {
        for_each_row(from, *rows_, [this](const catalogue_row& row) { add(row.part); });
    }

    // Temporary objects come and go, and nobody compares them or ours.
    void find_unwatched_schemas() {
        for_each_row(kSchemas, *rows_, [this](const catalogue_row& row) {
            const std::string_view name = NameStr(row.name);
            if (name == "chronos" || name.starts_with("pg_temp_") ||
                name.starts_with("pg_toast_temp_")) {
                unwatched_schemas_.insert(row.part.objid);
            }
        });
    }

    void add(const stamp& row) {
        // Rows of one object mostly stand together.
        if (!parts_.empty() && parts_.back().objid == row.objid &&
            parts_.back().classid == row.classid) {
            parts_.back().sum += row.sum;
        } else {
            parts_.push_back(row);
        }
    }

    stamps sums() {
        std::sort(parts_.begin(), parts_.end(), stands_before);
        stamps out;
        for (const stamp& part : parts_) {
            if (!out.empty() && out.back().objid == part.objid &&
                out.back().classid == part.classid) {
                out.back().sum += part.sum;
            } else if (unwatched_.find(key(part)) == unwatched_.end()) {
                out.push_back(part);
            }
        }
        return out;
    }

  private:
    static std::uint64_t key(const stamp& part) {
        return (static_cast<std::uint64_t>(part.classid) << 32) | part.objid;
    }

    stamps parts_;
    std::unordered_set<Oid> unwatched_schemas_;
    std::unordered_set<std::uint64_t> unwatched_;
    std::unique_ptr<batch> rows_ = std::make_unique<batch>();
};

// What all text depends on.
stamp circumstances(const state& at) {
    std::uint64_t line = 0;
    if (!at.line.is_null) {
        memcpy(&line, DatumGetPointer(at.line.datum), sizeof line);
    }
    const std::uint64_t server =
        call([] { return of_text(GetConfigOption("server_version", false, false)); });
    return {InvalidOid, InvalidOid, mixed(server, of_text(CHRONOS_VERSION), line + MyDatabaseId)};
}

}  // namespace

stamps read_stamps(const state& at) {
    collector all;
    all.add(circumstances(at));
    all.find_unwatched_schemas();
    for (const stamp_source& each : stamp_sources()) {
        all.read(each);
    }
    all.read_names(kRoles);
    all.read_names(kTablespaces);
    return all.sums();
}

}  // namespace chronos::history
