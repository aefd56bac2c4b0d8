// The fingerprint of a schema: the sum of the hashes of all its definitions, so that a change costs
// what it changed and the order does not matter.
#include "backend/door.hpp"

extern "C" {
#include <catalog/pg_type.h>
#include <port/pg_bswap.h>
#include <utils/array.h>
}

namespace {

constexpr std::size_t kLanes = 4;
constexpr std::size_t kSize = kLanes * 8;

using lanes = std::array<std::uint64_t, kLanes>;

// The 32 bytes of `value` as numbers, highest byte first on every machine.
lanes read(Datum value) {
    const bytea* const bytes = DatumGetByteaPP(value);
    if (static_cast<std::size_t>(VARSIZE_ANY_EXHDR(bytes)) != kSize) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("a hash must have %d bytes", static_cast<int>(kSize))));
    }
    lanes out;
    for (std::size_t i = 0; i < kLanes; ++i) {
        std::uint64_t raw;
        memcpy(&raw, VARDATA_ANY(bytes) + 8 * i, 8);
        out[i] = pg_ntoh64(raw);
    }
    return out;
}

void add_all(lanes& sum, ArrayType* hashes, bool take_away) {
    Datum* values;
    bool* nulls;
    int count;
    deconstruct_array(hashes, BYTEAOID, -1, false, TYPALIGN_INT, &values, &nulls, &count);
    for (int i = 0; i < count; ++i) {
        if (nulls[i]) {
            continue;
        }
        const lanes each = read(values[i]);
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            sum[lane] += take_away ? 0 - each[lane] : each[lane];
        }
    }
}

bytea* write(const lanes& sum) {
    auto* out = static_cast<bytea*>(palloc(VARHDRSZ + kSize));
    SET_VARSIZE(out, VARHDRSZ + kSize);
    for (std::size_t i = 0; i < kLanes; ++i) {
        const std::uint64_t raw = pg_hton64(sum[i]);
        memcpy(VARDATA(out) + 8 * i, &raw, 8);
    }
    return out;
}

}  // namespace

CHRONOS_SQL_FUNCTION(chronos_fingerprint_sum)
{
    return chronos::backend::call([fcinfo] {
        lanes sum{};
        if (!PG_ARGISNULL(0)) {
            sum = read(PG_GETARG_DATUM(0));
        }
        if (!PG_ARGISNULL(1)) {
            add_all(sum, PG_GETARG_ARRAYTYPE_P(1), false);
        }
        if (!PG_ARGISNULL(2)) {
            add_all(sum, PG_GETARG_ARRAYTYPE_P(2), true);
        }
        return PointerGetDatum(write(sum));
    });
}
