#include "backend/spi.hpp"

#include "backend/door.hpp"
#include "backend/unlisted.hpp"

extern "C" {
#include <catalog/pg_type.h>
#include <executor/spi.h>
}

namespace chronos::backend {

namespace {

void run(const char* sql, const std::vector<argument>& arguments, bool read_only) {
    std::vector<Oid> types;
    std::vector<Datum> values;
    std::string nulls;
    for (const argument& each : arguments) {
        types.push_back(each.type);
        values.push_back(each.value);
        nulls.push_back(each.is_null ? 'n' : ' ');
    }
    const int count = static_cast<int>(arguments.size());
    Oid* const type_array = types.data();
    Datum* const value_array = values.data();
    const char* const null_array = nulls.c_str();
    const unlisted_scope unlisted;
    call([=] {
        const int status =
            SPI_execute_with_args(sql, count, type_array, value_array, null_array, read_only, 0);
        if (status < 0) {
            elog(ERROR, "SPI_execute_with_args failed: %s", SPI_result_code_string(status));
        }
    });
}

// The value in the current row, or null; allocated in SPI's own context.
const char* value_at(HeapTuple tuple, int column) {
    return call([=] { return SPI_getvalue(tuple, SPI_tuptable->tupdesc, column + 1); });
}

}  // namespace

argument argument::text(std::string_view value) {
    return {TEXTOID, call([value] {
                return PointerGetDatum(
                    cstring_to_text_with_len(value.data(), static_cast<int>(value.size())));
            }),
            false};
}

argument argument::text_or_null(const std::optional<std::string>& value) {
    return value ? text(*value) : argument{TEXTOID, 0, true};
}

argument argument::bigint(std::int64_t value) {
    return {INT8OID, call([value] { return Int64GetDatum(value); }), false};
}

argument argument::oid(Oid value) { return {OIDOID, ObjectIdGetDatum(value), false}; }

argument argument::boolean(bool value) { return {BOOLOID, BoolGetDatum(value), false}; }

spi::spi() {
    call([] {
        if (SPI_connect() != SPI_OK_CONNECT) {
            elog(ERROR, "SPI_connect failed");
        }
    });
}

std::vector<row> spi::query(const char* sql, const std::vector<argument>& arguments,
                            bool read_only) {
    run(sql, arguments, read_only);
    std::vector<row> rows;
    if (SPI_tuptable == nullptr) {
        return rows;
    }
    SPITupleTable* const table = SPI_tuptable;
    rows.reserve(SPI_processed);
    for (std::uint64_t i = 0; i < SPI_processed; ++i) {
        row& added = rows.emplace_back();
        for (int column = 0; column < table->tupdesc->natts; ++column) {
            const char* const value = value_at(table->vals[i], column);
            added.push_back(value == nullptr ? std::nullopt : std::optional<std::string>(value));
        }
    }
    call([table] { SPI_freetuptable(table); });
    return rows;
}

std::uint64_t spi::execute(const char* sql, const std::vector<argument>& arguments) {
    run(sql, arguments, false);
    return SPI_processed;
}

void spi::close() {
    call([] { (void)SPI_finish(); });
}

}  // namespace chronos::backend
