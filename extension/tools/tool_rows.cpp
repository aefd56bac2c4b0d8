// What SQL asks of a tool's table: its rows, a mark of them, whether this transaction touched it.
#include "backend/door.hpp"
#include "tools/tool_table.hpp"

extern "C" {
#include <access/detoast.h>
#include <access/htup_details.h>
#include <access/transam.h>
#include <catalog/pg_type.h>
#include <funcapi.h>
#include <utils/array.h>
#include <utils/lsyscache.h>
}

namespace {

using chronos::backend::call;
using chronos::tools::tool_table;

constexpr int kMostColumns = 16;
// What names a revision is short. Longer values count as missing.
constexpr Size kLongest = 8192;

struct column {
    AttrNumber number;
    FmgrInfo output;
    bool is_varlena;
};

struct columns {
    column items[kMostColumns];
    int count;
};

// Only what the server itself prints. False if there is none of that name.
bool find_column(TupleDesc shape, const char* name, column& out) {
    for (int i = 0; i < shape->natts; ++i) {
        const Form_pg_attribute at = TupleDescAttr(shape, i);
        if (at->attisdropped || strcmp(NameStr(at->attname), name) != 0) {
            continue;
        }
        if (at->attgenerated != '\0' || at->atttypid >= FirstUnpinnedObjectId ||
            get_typtype(at->atttypid) != TYPTYPE_BASE) {
            return false;
        }
        Oid function = InvalidOid;
        getTypeOutputInfo(at->atttypid, &function, &out.is_varlena);
        fmgr_info(function, &out.output);
        out.number = at->attnum;
        return true;
    }
    return false;
}

columns find_columns(TupleDesc shape, ArrayType* names) {
    Datum* items = nullptr;
    bool* nulls = nullptr;
    columns out{};
    deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &items, &nulls, &out.count);
    for (int i = 0; i < out.count; ++i) {
        if (i == kMostColumns || nulls[i] ||
            !find_column(shape, TextDatumGetCString(items[i]), out.items[i])) {
            ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                            errmsg("the table has no column %d of those to be read", i + 1)));
        }
    }
    return out;
}

Datum printed(column& of, HeapTuple tuple, TupleDesc shape, bool& is_null) {
    const Datum value = heap_getattr(tuple, of.number, shape, &is_null);
    if (is_null) {
        return 0;
    }
    if (of.is_varlena && toast_raw_datum_size(value) > kLongest) {
        is_null = true;
        return 0;
    }
    return CStringGetTextDatum(OutputFunctionCall(&of.output, value));
}

void put_row(ReturnSetInfo* result, columns& wanted, HeapTuple tuple, TupleDesc shape) {
    Datum texts[kMostColumns];
    bool nulls[kMostColumns];
    for (int i = 0; i < wanted.count; ++i) {
        texts[i] = printed(wanted.items[i], tuple, shape, nulls[i]);
    }
    int count = wanted.count;
    int first = 1;
    Datum values[] = {PointerGetDatum(construct_md_array(texts, nulls, 1, &count, &first, TEXTOID,
                                                         -1, false, TYPALIGN_INT)),
                      BoolGetDatum(chronos::tools::is_own(tuple))};
    bool none[] = {false, false};
    tuplestore_putvalues(result->setResult, result->setDesc, values, none);
}

void refuse_unless_open(const tool_table& table, Oid relation) {
    if (!table.is_open()) {
        ereport(ERROR, (errcode(ERRCODE_LOCK_NOT_AVAILABLE),
                        errmsg("table %u cannot be read now", relation)));
    }
}

void put_rows(ReturnSetInfo* result, Oid relation, ArrayType* names) {
    tool_table table(relation);
    refuse_unless_open(table, relation);
    columns wanted = find_columns(table.shape(), names);
    const TupleDesc shape = table.shape();
    const MemoryContext row =
        AllocSetContextCreate(CurrentMemoryContext, "chronos tool row", ALLOCSET_SMALL_SIZES);
    int count = 0;
    table.for_each([&](HeapTuple tuple) {
        if (++count <= chronos::tools::kMostRows) {
            const MemoryContext before = MemoryContextSwitchTo(row);
            put_row(result, wanted, tuple, shape);
            MemoryContextSwitchTo(before);
            MemoryContextReset(row);
        }
    });
    MemoryContextDelete(row);
    table.close();
}

}  // namespace

CHRONOS_SQL_FUNCTION(chronos_tool_rows)
{
    return call([fcinfo]() -> Datum {
        InitMaterializedSRF(fcinfo, 0);
        put_rows(reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo), PG_GETARG_OID(0),
                 PG_GETARG_ARRAYTYPE_P(1));
        return 0;
    });
}

CHRONOS_SQL_FUNCTION(chronos_tool_mark)
{
    return call([fcinfo]() -> Datum {
        tool_table table(PG_GETARG_OID(0));
        if (!table.is_open()) {
            PG_RETURN_NULL();
        }
        const std::int64_t found = table.mark();
        table.close();
        return Int64GetDatum(found);
    });
}

CHRONOS_SQL_FUNCTION(chronos_tool_touched)
{
    return call([fcinfo]() -> Datum {
        tool_table table(PG_GETARG_OID(0));
        const bool found = table.is_open() && table.is_touched();
        table.close();
        return BoolGetDatum(found);
    });
}
