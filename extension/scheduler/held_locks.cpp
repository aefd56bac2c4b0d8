#include "scheduler/held_locks.hpp"

#include "backend/door.hpp"
#include "backend/spi.hpp"

extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <catalog/pg_class.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
#include <utils/relcache.h>
#include <utils/snapmgr.h>
}

namespace chronos::scheduler {

namespace {

// The engine only reads, so only AccessExclusiveLock stops it; the job worker also writes into our
// own tables. pg_class does not show what this transaction has dropped: name and persistence are
// null then.
constexpr const char* kHeldLocks = R"sql(
    SELECT l.relation, l.mode, c.relpersistence, c.oid::regclass::text
    FROM pg_locks AS l LEFT JOIN pg_class AS c ON c.oid = l.relation
    WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.granted
      AND l.database IN (0, (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database()))
      AND (l.mode = 'AccessExclusiveLock'
           OR l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock')
              AND c.relnamespace = 'chronos'::regnamespace)
      AND c.relpersistence IS DISTINCT FROM 't'
    ORDER BY c.relkind IN ('r', 'p', 'm', 'v', 'S') DESC NULLS LAST, l.relation)sql";

struct dropped_relation {
    char name[NAMEDATALEN];
    char persistence;
};

// The last row of pg_class for a relation that this transaction has dropped.
dropped_relation find_dropped(Oid relation) {
    return backend::call([relation] {
        dropped_relation found{"?", RELPERSISTENCE_PERMANENT};
        ScanKeyData key;
        ScanKeyInit(&key, Anum_pg_class_oid, BTEqualStrategyNumber, F_OIDEQ,
                    ObjectIdGetDatum(relation));
        Relation catalog = table_open(RelationRelationId, AccessShareLock);
        SysScanDesc scan = systable_beginscan(catalog, ClassOidIndexId, true, SnapshotAny, 1, &key);
        HeapTuple tuple = systable_getnext(scan);
        while (HeapTupleIsValid(tuple)) {
            const auto* const row = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
            std::memcpy(found.name, NameStr(row->relname), NAMEDATALEN);
            found.persistence = row->relpersistence;
            tuple = systable_getnext(scan);
        }
        systable_endscan(scan);
        table_close(catalog, AccessShareLock);
        return found;
    });
}

// Nobody else can see it yet, so nobody waits for it.
bool is_new(Oid relation) {
    return backend::call([relation] {
        const Relation opened = RelationIdGetRelation(relation);
        if (!RelationIsValid(opened)) {
            return false;
        }
        const bool made_here = opened->rd_createSubid != InvalidSubTransactionId;
        RelationClose(opened);
        return made_here;
    });
}

[[noreturn]] void refuse(const std::string& mode, const std::string& relation, bool dropped) {
    throw backend::sql_error(
        ERRCODE_ACTIVE_SQL_TRANSACTION,
        "cannot take a snapshot while this transaction holds " + mode + " on relation " + relation,
        std::string(dropped ? "The transaction has dropped it, but not committed. " : "") +
            "The snapshot has to read it from sessions of its own, which would wait for this "
            "transaction, which waits for the snapshot.",
        "COMMIT first, then call chronos.snapshot().");
}

}  // namespace

void refuse_held_locks() {
    backend::spi spi;
    const std::vector<backend::row> locks = spi.query(kHeldLocks);
    spi.close();
    for (const backend::row& lock : locks) {
        const auto relation = static_cast<Oid>(std::stoul(lock[0].value_or("0")));
        if (lock[3] && is_new(relation)) {
            continue;
        }
        if (lock[3]) {
            refuse(*lock[1], *lock[3], false);
        }
        const dropped_relation dropped = find_dropped(relation);
        if (dropped.persistence != RELPERSISTENCE_TEMP) {
            refuse(*lock[1], dropped.name, true);
        }
    }
}

}  // namespace chronos::scheduler
