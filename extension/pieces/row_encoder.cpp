#include "pieces/row_encoder.hpp"

#include "backend/compat.hpp"
#include "pieces/jsonb_text.hpp"
#include "pieces/numeric_format.hpp"

extern "C" {
#include <access/detoast.h>
#include <access/htup_details.h>
#include <catalog/pg_type_d.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
#include <utils/timestamp.h>
#include <utils/uuid.h>
}

namespace chronos::pieces {

namespace {

static_assert(sizeof(Datum) == 8, "64-bit numbers are passed by value");

constexpr uint32 kNull = 0xFFFFFFFF;
constexpr char kJsonbVersion = 1;

value_form form_of(Oid type) {
    switch (getBaseType(type)) {
        case BOOLOID:
        case CHAROID:
            return value_form::one;
        case INT2OID:
            return value_form::two;
        case INT4OID:
        case OIDOID:
        case FLOAT4OID:
        case DATEOID:
            return value_form::four;
        case INT8OID:
        case FLOAT8OID:
        case TIMEOID:
        case TIMESTAMPOID:
        case TIMESTAMPTZOID:
            return value_form::eight;
        case UUIDOID:
            return value_form::uuid;
        case INTERVALOID:
            return value_form::interval;
        case TEXTOID:
        case VARCHAROID:
        case BPCHAROID:
        case BYTEAOID:
        case JSONOID:
            return value_form::bytes;
        case NUMERICOID:
            return value_form::numeric;
        case JSONBOID:
            return value_form::jsonb;
        default:
            return value_form::other;
    }
}

const struct varlena* in_line(Datum value) {
    auto* const found = reinterpret_cast<struct varlena*>(DatumGetPointer(value));
    // What is out of line counts as short, too.
    return VARATT_IS_EXTERNAL(found) || VARATT_IS_COMPRESSED(found) ? detoast_attr(found) : found;
}

void add_bytes(byte_buffer& to, Datum value) {
    const struct varlena* const found = in_line(value);
    const std::size_t size = VARSIZE_ANY_EXHDR(found);
    to.make_room(size + sizeof(uint32));
    to.add32(static_cast<uint32>(size));
    to.put(VARDATA_ANY(found), size);
}

void add_sent(byte_buffer& to, FmgrInfo& send, Datum value) {
    const bytea* const sent = SendFunctionCall(&send, value);
    to.add32(static_cast<uint32>(VARSIZE(sent) - VARHDRSZ));
    to.add(VARDATA(sent), VARSIZE(sent) - VARHDRSZ);
}

void add_number(byte_buffer& to, FmgrInfo& send, Datum value) {
    const std::size_t at = to.size;
    to.add32(0);
    if (add_numeric(to, in_line(value))) {
        to.set32(at, static_cast<uint32>(to.size - at - sizeof(uint32)));
    } else {
        to.size = at;
        add_sent(to, send, value);
    }
}

// Short values lie at any address, and a jsonb consists of words.
const JsonbContainer& container_of(Datum value, char* room) {
    const struct varlena* const found = in_line(value);
    if (!VARATT_IS_SHORT(found)) {
        return *reinterpret_cast<const JsonbContainer*>(VARDATA(found));
    }
    memcpy(room, VARDATA_SHORT(found), VARSIZE_SHORT(found) - VARHDRSZ_SHORT);
    return *reinterpret_cast<const JsonbContainer*>(room);
}

bool add_jsonb(byte_buffer& to, Datum value, std::size_t most) {
    alignas(MAXIMUM_ALIGNOF) char room[VARATT_SHORT_MAX];
    const std::size_t at = to.size;
    to.add32(0);
    to.add(kJsonbVersion);
    if (!add_jsonb_text(to, container_of(value, room), most)) return false;
    to.set32(at, static_cast<uint32>(to.size - at - sizeof(uint32)));
    return true;
}

void add_interval(byte_buffer& to, const Interval& value) {
    to.add32(sizeof(int64) + 2 * sizeof(int32));
    to.add64(static_cast<uint64>(value.time));
    to.add32(static_cast<uint32>(value.day));
    to.add32(static_cast<uint32>(value.month));
}

bool add_value(byte_buffer& to, encoded_column& column, Datum value, std::size_t most) {
    switch (column.form) {
        case value_form::one:
            to.add32(1);
            to.add(DatumGetChar(value));
            break;
        case value_form::two:
            to.add32(sizeof(uint16));
            to.add16(DatumGetUInt16(value));
            break;
        case value_form::four:
            to.add32(sizeof(uint32));
            to.add32(DatumGetUInt32(value));
            break;
        case value_form::eight:
            to.add32(sizeof(uint64));
            to.add64(DatumGetUInt64(value));
            break;
        case value_form::uuid:
            to.add32(UUID_LEN);
            to.add(DatumGetPointer(value), UUID_LEN);
            break;
        case value_form::interval:
            add_interval(to, *reinterpret_cast<const Interval*>(DatumGetPointer(value)));
            break;
        case value_form::bytes:
            add_bytes(to, value);
            break;
        case value_form::numeric:
            add_number(to, column.send, value);
            break;
        case value_form::jsonb:
            return add_jsonb(to, value, most);
        case value_form::other:
            add_sent(to, column.send, value);
            break;
    }
    return to.size <= most;
}

encoded_column describe(const FormData_pg_attribute& attribute) {
    encoded_column out{};
    out.index = attribute.attnum - 1;
    out.form = form_of(attribute.atttypid);
    if (out.form == value_form::other || out.form == value_form::numeric) {
        Oid send = InvalidOid;
        bool varlena = false;
        getTypeBinaryOutputInfo(attribute.atttypid, &send, &varlena);
        fmgr_info(send, &out.send);
    }
    return out;
}

}  // namespace

row_encoder row_encoder::create(Relation table, const int16* numbers, int count) {
    row_encoder out{};
    out.shape = RelationGetDescr(table);
    out.count = count;
    out.columns = static_cast<encoded_column*>(palloc(sizeof(encoded_column) * Max(count, 1)));
    for (int i = 0; i < count; ++i) {
        out.columns[i] = describe(*TupleDescAttr(out.shape, numbers[i] - 1));
    }
    out.values = static_cast<Datum*>(palloc(sizeof(Datum) * Max(out.shape->natts, 1)));
    out.nulls = static_cast<bool*>(palloc(sizeof(bool) * Max(out.shape->natts, 1)));
    out.row_memory =
        AllocSetContextCreate(CurrentMemoryContext, "chronos row", ALLOCSET_DEFAULT_SIZES);
    return out;
}

bool row_encoder::is_too_wide(std::size_t widest) const {
    std::size_t size = 0;
    for (int i = 0; i < count; ++i) {
        const int at = columns[i].index;
        if (!nulls[at] && TupleDescAttr(shape, at)->attlen == -1) {
            size += toast_raw_datum_size(values[at]);
        }
    }
    return size > widest;
}

bool row_encoder::add_values(byte_buffer& to, std::size_t most) const {
    to.add16(static_cast<uint16>(count));
    for (int i = 0; i < count; ++i) {
        const int at = columns[i].index;
        if (nulls[at]) {
            to.add32(kNull);
        } else if (!add_value(to, columns[i], values[at], most)) {
            return false;
        }
    }
    return true;
}

bool row_encoder::add_row(byte_buffer& to, HeapTuple row, std::size_t widest) {
    heap_deform_tuple(row, shape, values, nulls);
    if (HeapTupleHasExternal(row) && is_too_wide(widest)) return false;
    const std::size_t begin = to.size;
    const MemoryContext before = MemoryContextSwitchTo(row_memory);
    const bool whole = add_values(to, begin + 2 * widest);
    MemoryContextSwitchTo(before);
    MemoryContextReset(row_memory);
    if (!whole) to.size = begin;
    return whole;
}

}  // namespace chronos::pieces
