// chronos.export_range(): the rows of a block range as pieces, made inside the server: one value a
// piece instead of one message a row.
#include "backend/compat.hpp"
#include "backend/door.hpp"
#include "backend/fault.hpp"
#include "pieces/piece_packer.hpp"
#include "pieces/row_encoder.hpp"

extern "C" {
#include <access/heapam.h>
#include <access/relation.h>
#include <access/tableam.h>
#include <catalog/pg_am_d.h>
#include <catalog/pg_class_d.h>
#include <catalog/pg_type_d.h>
#include <executor/executor.h>
#include <funcapi.h>
#include <mb/pg_wchar.h>
#include <miscadmin.h>
#include <storage/bufmgr.h>
#include <utils/array.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
#include <utils/rls.h>
#include <utils/snapmgr.h>
}

namespace chronos::pieces {

namespace {

// What is larger would be held several times; COPY has it once.
constexpr std::size_t kWidestRow = std::size_t{32} << 20;
constexpr uint64 kNotFromHere = ~uint64{0};

struct export_scan {
    Relation table;
    TableScanDesc scan;
    row_encoder encoder;
    piece_packer* packer;
    ExprContext* within;
};

// Also when the query ends before the rows do; after an error the transaction does it.
void end_scan(Datum of) {
    auto* const state = reinterpret_cast<export_scan*>(DatumGetPointer(of));
    if (state->scan != nullptr) {
        table_endscan(state->scan);
        relation_close(state->table, NoLock);
        state->scan = nullptr;
    }
}

void refuse(Oid table, const char* problem) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("rows of \"%s\" cannot be exported here", get_rel_name(table)),
                    errdetail_internal("%s", problem), errhint("Use COPY.")));
}

void check(Relation table) {
    const Oid id = RelationGetRelid(table);
    const Form_pg_class form = table->rd_rel;
    if (form->relkind != RELKIND_RELATION && form->relkind != RELKIND_MATVIEW) {
        refuse(id, "It holds no rows of its own.");
    } else if (form->relam != HEAP_TABLE_AM_OID) {
        refuse(id, "Its access method is not heap.");
    } else if (RELATION_IS_OTHER_TEMP(table)) {
        refuse(id, "It is a temporary table of another session.");
    } else if (!RelationIsPopulated(table)) {
        refuse(id, "It is a materialized view that has not been populated.");
    } else if (check_enable_rls(id, InvalidOid, true) == RLS_ENABLED) {
        refuse(id, "Row security hides rows of it from this role.");
    } else if (pg_get_client_encoding() != GetDatabaseEncoding()) {
        refuse(id, "The client's encoding is not the server's.");
    }
}

AttrNumber column_number(Relation table, const char* name) {
    const AttrNumber number = get_attnum(RelationGetRelid(table), name);
    if (number <= 0) {
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                        errmsg("column \"%s\" of relation \"%s\" does not exist", name,
                               RelationGetRelationName(table))));
    }
    if (TupleDescAttr(RelationGetDescr(table), number - 1)->attgenerated != '\0') {
        ereport(ERROR, (errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
                        errmsg("column \"%s\" of relation \"%s\" is a generated column", name,
                               RelationGetRelationName(table))));
    }
    return number;
}

row_encoder encoder_of(Relation table, ArrayType* names) {
    Datum* items = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    deconstruct_array(names, NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR, &items, &nulls, &count);
    if (count > RelationGetNumberOfAttributes(table)) {
        ereport(ERROR, (errcode(ERRCODE_DUPLICATE_COLUMN), errmsg("columns are named twice")));
    }
    auto* const numbers = static_cast<int16*>(palloc(sizeof(int16) * Max(count, 1)));
    for (int i = 0; i < count; ++i) {
        numbers[i] = column_number(table, nulls[i] ? "" : NameStr(*DatumGetName(items[i])));
    }
    // With the hooks of those who audit.
    backend::check_select(table, numbers, count);
    return row_encoder::create(table, numbers, count);
}

TableScanDesc begin_scan(Relation table, int64 first, int64 last) {
    const TableScanDesc scan =
        table_beginscan_strat(table, GetActiveSnapshot(), 0, nullptr, true, false);
    backend::step("pieces.scan");
    // As many as the scan knows of: with more it would begin again at the first block. What was
    // added since, the snapshot does not see.
    const int64 end = Min(Max(last, int64{0}), reinterpret_cast<HeapScanDesc>(scan)->rs_nblocks);
    const int64 begin = first < end ? Max(first, int64{0}) : end;
    heap_setscanlimits(scan, begin < end ? static_cast<BlockNumber>(begin) : 0,
                       static_cast<BlockNumber>(end - begin));
    return scan;
}

export_scan* begin(FunctionCallInfo fcinfo) {
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2)) {
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                        errmsg("relation, columns and first block must not be null")));
    }
    const Oid id = PG_GETARG_OID(0);
    auto* const out = static_cast<export_scan*>(palloc0(sizeof(export_scan)));
    out->table = relation_open(id, AccessShareLock);
    check(out->table);
    out->encoder = encoder_of(out->table, PG_GETARG_ARRAYTYPE_P(1));
    out->packer = piece_packer::create();
    out->scan = begin_scan(out->table, PG_GETARG_INT64(2),
                           PG_ARGISNULL(3) ? PG_INT64_MAX : PG_GETARG_INT64(3));
    out->within = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo)->econtext;
    RegisterExprContextCallback(out->within, end_scan, PointerGetDatum(out));
    return out;
}

bytea* not_from_here(export_scan& state) {
    byte_buffer out = byte_buffer::create(sizeof(uint64));
    out.add64(kNotFromHere);
    auto* const told = static_cast<bytea*>(palloc(out.size + VARHDRSZ));
    SET_VARSIZE(told, out.size + VARHDRSZ);
    memcpy(VARDATA(told), out.data, out.size);
    end_scan(PointerGetDatum(&state));
    return told;
}

// The next piece; null after the last.
bytea* next_piece(export_scan& state) {
    if (state.scan == nullptr) return nullptr;
    backend::step("pieces.export");
    piece_packer& packer = *state.packer;
    while (const HeapTuple row = heap_getnext(state.scan, ForwardScanDirection)) {
        CHECK_FOR_INTERRUPTS();
        if (!state.encoder.add_row(packer.plain, row, kWidestRow)) return not_from_here(state);
        if (packer.end_row()) return packer.take(false);
    }
    end_scan(PointerGetDatum(&state));
    return packer.take(true);
}

Datum next(FunctionCallInfo fcinfo) {
    if (SRF_IS_FIRSTCALL()) {
        FuncCallContext* const first = SRF_FIRSTCALL_INIT();
        const MemoryContext before = MemoryContextSwitchTo(first->multi_call_memory_ctx);
        first->user_fctx = begin(fcinfo);
        MemoryContextSwitchTo(before);
    }
    FuncCallContext* const context = SRF_PERCALL_SETUP();
    auto* const state = static_cast<export_scan*>(context->user_fctx);
    if (bytea* const piece = next_piece(*state)) {
        SRF_RETURN_NEXT(context, PointerGetDatum(piece));
    }
    UnregisterExprContextCallback(state->within, end_scan, PointerGetDatum(state));
    SRF_RETURN_DONE(context);
}

}  // namespace

}  // namespace chronos::pieces

CHRONOS_SQL_FUNCTION(chronos_export_range)
{
    return chronos::backend::call([fcinfo] { return chronos::pieces::next(fcinfo); });
}
