// chronos.page_range() and chronos.settled_range().
#include "backend/door.hpp"
#include "pieces/page_scan.hpp"

extern "C" {
#include <access/relation.h>
#include <access/xlog.h>
#include <catalog/objectaddress.h>
#include <catalog/pg_am_d.h>
#include <catalog/pg_class_d.h>
#include <funcapi.h>
#include <utils/acl.h>
#include <utils/lsyscache.h>
#include <utils/pg_lsn.h>
#include <utils/rel.h>
#include <utils/snapmgr.h>
}

namespace chronos::pieces {

namespace {

// As COPY would demand it.
void check_privilege(Oid table) {
    const AclResult result = pg_class_aclcheck(table, GetUserId(), ACL_SELECT);
    if (result != ACLCHECK_OK) aclcheck_error(result, OBJECT_TABLE, get_rel_name(table));
}

void check_kind(Relation table) {
    const Form_pg_class form = table->rd_rel;
    const char* problem = nullptr;
    if (form->relkind != RELKIND_RELATION && form->relkind != RELKIND_MATVIEW) {
        problem = "it holds no rows of its own";
    } else if (form->relam != HEAP_TABLE_AM_OID) {
        problem = "its access method is not heap";
    } else if (form->relpersistence != RELPERSISTENCE_PERMANENT) {
        problem = "it is temporary or unlogged";
    }
    if (problem == nullptr) return;
    ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                    errmsg("the pages of \"%s\" prove nothing", RelationGetRelationName(table)),
                    errdetail_internal("%s", problem)));
}

// A standby's own reading position says nothing about the pages.
void check_server() {
    if (!RecoveryInProgress()) return;
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("pages prove nothing on a standby")));
}

BlockNumber block_argument(FunctionCallInfo fcinfo, int number) {
    const int64 value = PG_GETARG_INT64(number);
    if (value < 0 || value > static_cast<int64>(MaxBlockNumber)) {
        ereport(ERROR,
                (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
                 errmsg("block number %lld is out of range", static_cast<long long>(value))));
    }
    return static_cast<BlockNumber>(value);
}

page_facts scan(FunctionCallInfo fcinfo, bool look_at_rows) {
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) {
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                        errmsg("relation and first block must not be null")));
    }
    const block_range range{block_argument(fcinfo, 1),
                            PG_ARGISNULL(2) ? InvalidBlockNumber : block_argument(fcinfo, 2)};
    check_server();
    const Oid id = PG_GETARG_OID(0);
    check_privilege(id);
    const Relation table = relation_open(id, AccessShareLock);
    check_kind(table);
    const page_facts facts = scan_pages(table, range, look_at_rows ? GetActiveSnapshot() : nullptr);
    relation_close(table, NoLock);
    return facts;
}

Datum to_row(FunctionCallInfo fcinfo, const page_facts& facts) {
    constexpr int kColumns = 5;
    TupleDesc description = nullptr;
    if (get_call_result_type(fcinfo, nullptr, &description) != TYPEFUNC_COMPOSITE ||
        description->natts != kColumns) {
        elog(ERROR, "unexpected result type");
    }
    Datum values[kColumns] = {BoolGetDatum(facts.settled),
                              Int64GetDatum(static_cast<int64>(facts.pages)),
                              Int64GetDatum(static_cast<int64>(facts.new_pages)),
                              LSNGetDatum(facts.newest), LSNGetDatum(facts.oldest)};
    bool nulls[kColumns] = {false, false, false, facts.pages == 0, facts.pages == 0};
    return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(description), values, nulls));
}

Datum facts_of(FunctionCallInfo fcinfo, bool look_at_rows) {
    return backend::call([=] { return to_row(fcinfo, scan(fcinfo, look_at_rows)); });
}

}  // namespace

}  // namespace chronos::pieces

CHRONOS_SQL_FUNCTION(chronos_page_range)
{ return chronos::pieces::facts_of(fcinfo, false); }

CHRONOS_SQL_FUNCTION(chronos_settled_range)
{ return chronos::pieces::facts_of(fcinfo, true); }
