#include "history/label_reader.hpp"

#include "backend/door.hpp"
#include "backend/plan.hpp"
#include "backend/session.hpp"
#include "backend/spi.hpp"
#include "history/tool_labels.hpp"

extern "C" {
#include <catalog/pg_authid.h>
#include <catalog/pg_type.h>
}

namespace chronos::history {

namespace {

constexpr const char* kFind = "SELECT chronos.find_labelled_version($1)";

constinit backend::plan label_plan(kFind, TEXTOID);

std::vector<std::string> unsettled_labels() {
    std::vector<std::string> out;
    if (!has_tool_news()) {
        return out;
    }
    const backend::user_scope owner(BOOTSTRAP_SUPERUSERID);
    backend::spi connection;
    for (const backend::row& each :
         connection.query("SELECT pg_catalog.unnest(chronos.find_unsettled_labels())", {}, true)) {
        out.push_back(each[0].value_or(""));
    }
    connection.close();
    return out;
}

// The result of label_plan, which has just been read.
std::optional<std::int64_t> found_number() {
    const backend::value number = backend::cell(0, 0, CurrentMemoryContext);
    return number.is_null ? std::nullopt : std::optional<std::int64_t>(DatumGetInt64(number.datum));
}

}  // namespace

std::optional<std::int64_t> newest_labelled_version(std::string_view label) {
    const backend::user_scope owner(BOOTSTRAP_SUPERUSERID);
    const Datum wanted = backend::argument::text(label).value;
    backend::spi connection;
    (void)label_plan.read_apart({wanted});
    const auto number = found_number();
    connection.close();
    return number;
}

std::optional<std::int64_t> labelled_version(std::string_view label) {
    const backend::user_scope owner(BOOTSTRAP_SUPERUSERID);
    backend::spi connection;
    const auto found = connection.query(kFind, {backend::argument::text(label)}, true);
    connection.close();
    return found[0][0] ? std::optional<std::int64_t>(std::stoll(*found[0][0])) : std::nullopt;
}

std::string release_title(std::int64_t number) {
    backend::spi connection;
    auto found = connection.query("SELECT chronos.release_text($1)",
                                  {backend::argument::bigint(number)}, true);
    connection.close();
    return *std::move(found[0][0]);
}

}  // namespace chronos::history

CHRONOS_SQL_FUNCTION(chronos_unsettled_labels)
{
    (void)fcinfo;
    return chronos::backend::text_array(chronos::history::unsettled_labels());
}

CHRONOS_SQL_FUNCTION(chronos_labelled_version)
{
    const std::string label = chronos::backend::call(
        [fcinfo]() -> const char* { return text_to_cstring(PG_GETARG_TEXT_PP(0)); });
    const auto number = chronos::history::labelled_version(label);
    if (!number) {
        PG_RETURN_NULL();
    }
    PG_RETURN_INT64(*number);
}
