#include "backend/plan.hpp"

#include "backend/door.hpp"
#include "backend/unlisted.hpp"

extern "C" {
#include <catalog/pg_class.h>
#include <catalog/pg_type.h>
#include <utils/array.h>
#include <utils/datum.h>
#include <utils/lsyscache.h>
#include <utils/snapmgr.h>
}

namespace chronos::backend {

void plan::prepare() {
    const unlisted_scope unlisted;
    call([this] {
        SPIPlanPtr made = SPI_prepare_cursor(sql_, count_, types_.data(), CURSOR_OPT_GENERIC_PLAN);
        if (made == nullptr) {
            elog(ERROR, "SPI_prepare_cursor failed: %s", SPI_result_code_string(SPI_result));
        }
        if (SPI_keepplan(made) != 0) {
            elog(ERROR, "SPI_keepplan failed");
        }
        plan_ = made;
    });
}

namespace {

// Inside call(). That for reading catalogues is a snapshot like others, but it is never taken for
// the first one of the transaction. One made earlier does not show what is new in other tables.
Snapshot newest_snapshot(bool apart) {
    if (!apart) {
        return GetLatestSnapshot();
    }
    InvalidateCatalogSnapshot();
    return GetCatalogSnapshot(RelationRelationId);
}

}  // namespace

std::uint64_t plan::run(std::initializer_list<value> arguments, bool read_only, bool apart) {
    if (plan_ == nullptr) {
        prepare();
    }
    std::array<Datum, kMost> values{};
    std::array<char, kMost> nulls{};
    int count = 0;
    for (const value& each : arguments) {
        values[count] = each.datum;
        nulls[count] = each.is_null ? 'n' : ' ';
        ++count;
    }
    // Also when it is run: a plan that is out of date is analysed anew.
    const unlisted_scope unlisted;
    return call([&]() -> std::uint64_t {
        const int status =
            SPI_execute_snapshot(plan_, values.data(), nulls.data(), newest_snapshot(apart),
                                 InvalidSnapshot, read_only, true, 0);
        if (status < 0) {
            elog(ERROR, "SPI_execute_snapshot failed: %s", SPI_result_code_string(status));
        }
        return SPI_processed;
    });
}

value copied_cell(std::uint64_t row, int column, MemoryContext into) {
    const TupleDesc shape = SPI_tuptable->tupdesc;
    bool is_null = false;
    const Datum found = SPI_getbinval(SPI_tuptable->vals[row], shape, column + 1, &is_null);
    if (is_null) {
        return {};
    }
    const Form_pg_attribute attribute = TupleDescAttr(shape, column);
    const MemoryContext before = MemoryContextSwitchTo(into);
    // Never a pointer into TOAST: that could be gone when the value is used.
    const Datum copy = attribute->attlen == -1
                           ? PointerGetDatum(PG_DETOAST_DATUM_COPY(found))
                           : datumCopy(found, attribute->attbyval, attribute->attlen);
    MemoryContextSwitchTo(before);
    return copy;
}

value cell(std::uint64_t row, int column, MemoryContext into) {
    return call([=] { return copied_cell(row, column, into); });
}

Datum text_array(const std::vector<std::string>& texts) {
    std::vector<Datum> items;
    items.reserve(texts.size());
    for (const std::string& each : texts) {
        const char* const start = each.data();
        const int size = static_cast<int>(each.size());
        items.push_back(
            call([=] { return PointerGetDatum(cstring_to_text_with_len(start, size)); }));
    }
    Datum* const data = items.data();
    const int count = static_cast<int>(items.size());
    return call([=] {
        return PointerGetDatum(construct_array(data, count, TEXTOID, -1, false, TYPALIGN_INT));
    });
}

Datum oid_array(const std::vector<Oid>& oids) {
    std::vector<Datum> items;
    items.reserve(oids.size());
    for (const Oid each : oids) {
        items.push_back(ObjectIdGetDatum(each));
    }
    Datum* const data = items.data();
    const int count = static_cast<int>(items.size());
    return call([=] {
        return PointerGetDatum(
            construct_array(data, count, OIDOID, sizeof(Oid), true, TYPALIGN_INT));
    });
}

void append_oids(std::vector<Oid>& to, const value& array) {
    if (array.is_null) {
        return;
    }
    const Datum from = array.datum;
    Datum* items = nullptr;
    bool* nulls = nullptr;
    const int count = call([from, &items, &nulls] {
        int found = 0;
        deconstruct_array(DatumGetArrayTypeP(from), OIDOID, sizeof(Oid), true, TYPALIGN_INT, &items,
                          &nulls, &found);
        return found;
    });
    for (int i = 0; i < count; ++i) {
        to.push_back(nulls[i] ? InvalidOid : DatumGetObjectId(items[i]));
    }
}

}  // namespace chronos::backend
