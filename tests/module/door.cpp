// Functions that drive the two doors from SQL; sql/door.sql says what must come out.
#include "backend/door.hpp"
#include "backend/spi.hpp"
#include "backend/subtransaction.hpp"

extern "C" {
PG_MODULE_MAGIC;
}

namespace {

int alive = 0;

// Stands for any C++ object on a frame that an error leaves.
class counted {
  public:
    counted() { ++alive; }
    ~counted() { --alive; }
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;
};

std::string text_argument(FunctionCallInfo fcinfo, int number) {
    return chronos::backend::call(
        [=]() -> const char* { return text_to_cstring(PG_GETARG_TEXT_PP(number)); });
}

void run(const std::string& statement) {
    const counted object;
    chronos::backend::spi connection;
    connection.execute(statement.c_str());
    connection.close();
}

// The SQLSTATE that the statement raised, rolled back; empty if it raised none.
std::string contained(const std::string& statement) {
    const counted object;
    try {
        chronos::backend::subtransaction part;
        run(statement);
        part.commit();
        return {};
    } catch (const chronos::backend::backend_error& error) {
        return unpack_sql_state(error.sqlstate());
    }
}

Datum text_or_null(FunctionCallInfo fcinfo, const std::string& text) {
    if (text.empty()) {
        PG_RETURN_NULL();
    }
    const char* const plain = text.c_str();
    return chronos::backend::call([=] { return PointerGetDatum(cstring_to_text(plain)); });
}

}  // namespace

CHRONOS_SQL_FUNCTION(chronos_test_through)
{
    const counted object;
    run(text_argument(fcinfo, 0));
    PG_RETURN_VOID();
}

CHRONOS_SQL_FUNCTION(chronos_test_throw)
{
    const counted object;
    const std::string kind = text_argument(fcinfo, 0);
    if (kind == "sql") {
        throw chronos::backend::sql_error(ERRCODE_CHECK_VIOLATION, "words of ours", "A detail.",
                                          "A hint.");
    }
    if (kind == "long") {
        // 1,022 bytes and then characters of three bytes: the cut must not split one.
        throw chronos::backend::sql_error(ERRCODE_CHECK_VIOLATION,
                                          std::string(1022, 'x') + "\u20ac\u20ac");
    }
    if (kind == "standard") {
        throw std::runtime_error("a standard exception");
    }
    if (kind == "memory") {
        throw std::bad_alloc();
    }
    throw 42;
}

CHRONOS_SQL_FUNCTION(chronos_test_contain)
{ return text_or_null(fcinfo, contained(text_argument(fcinfo, 0))); }

CHRONOS_SQL_FUNCTION(chronos_test_contain_two)
{
    const std::string first = text_argument(fcinfo, 0);
    const std::string second = text_argument(fcinfo, 1);
    std::string inner;
    std::string outer;
    try {
        chronos::backend::subtransaction part;
        inner = contained(second);
        run(first);
        part.commit();
    } catch (const chronos::backend::backend_error& error) {
        outer = unpack_sql_state(error.sqlstate());
    }
    return text_or_null(fcinfo, outer + " " + inner);
}

CHRONOS_SQL_FUNCTION(chronos_test_throw_inside_call)
{
    const counted object;
    try {
        chronos::backend::call([] { throw std::runtime_error("out of the lambda"); });
    } catch (const std::runtime_error&) {
        run("SELECT 1 / 0");
    }
    PG_RETURN_NULL();
}

CHRONOS_SQL_FUNCTION(chronos_test_alive)
{ PG_RETURN_INT32(alive); }
