#include "history/fingerprint.hpp"

#include "backend/door.hpp"

extern "C" {
#include <catalog/pg_type.h>
#include <port/pg_bswap.h>
#include <utils/array.h>
}

namespace chronos::history {

namespace {

constexpr std::size_t kSize = fingerprint::kLanes * 8;

}  // namespace

fingerprint::fingerprint(const bytea* start) {
    if (start != nullptr) {
        lanes_ = read(start);
    }
}

void fingerprint::add(const bytea* hash) {
    const lanes more = read(hash);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        lanes_[lane] += more[lane];
    }
}

void fingerprint::remove(const bytea* hash) {
    const lanes less = read(hash);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        lanes_[lane] -= less[lane];
    }
}

// Highest byte first on every machine.
fingerprint::lanes fingerprint::read(const bytea* from) {
    if (static_cast<std::size_t>(VARSIZE_ANY_EXHDR(from)) != kSize) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("a hash must have %d bytes", static_cast<int>(kSize))));
    }
    lanes out;
    for (std::size_t i = 0; i < kLanes; ++i) {
        std::uint64_t raw;
        memcpy(&raw, VARDATA_ANY(from) + 8 * i, 8);
        out[i] = pg_ntoh64(raw);
    }
    return out;
}

bytea* fingerprint::bytes() const {
    auto* out = static_cast<bytea*>(palloc(VARHDRSZ + kSize));
    SET_VARSIZE(out, VARHDRSZ + kSize);
    for (std::size_t i = 0; i < kLanes; ++i) {
        const std::uint64_t raw = pg_hton64(lanes_[i]);
        memcpy(VARDATA(out) + 8 * i, &raw, 8);
    }
    return out;
}

}  // namespace chronos::history

namespace {

using chronos::history::fingerprint;

void add_all(fingerprint& sum, ArrayType* hashes, bool take_away) {
    Datum* values;
    bool* nulls;
    int count;
    deconstruct_array(hashes, BYTEAOID, -1, false, TYPALIGN_INT, &values, &nulls, &count);
    for (int i = 0; i < count; ++i) {
        if (nulls[i]) {
            continue;
        }
        if (take_away) {
            sum.remove(DatumGetByteaPP(values[i]));
        } else {
            sum.add(DatumGetByteaPP(values[i]));
        }
    }
}

}  // namespace

CHRONOS_SQL_FUNCTION(chronos_fingerprint_sum)
{
    return chronos::backend::call([fcinfo] {
        fingerprint sum(PG_ARGISNULL(0) ? nullptr : PG_GETARG_BYTEA_PP(0));
        if (!PG_ARGISNULL(1)) {
            add_all(sum, PG_GETARG_ARRAYTYPE_P(1), false);
        }
        if (!PG_ARGISNULL(2)) {
            add_all(sum, PG_GETARG_ARRAYTYPE_P(2), true);
        }
        return PointerGetDatum(sum.bytes());
    });
}
