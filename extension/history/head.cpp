#include "history/head.hpp"

#include "backend/door.hpp"
#include "backend/plan.hpp"
#include "backend/session.hpp"
#include "backend/spi.hpp"

extern "C" {
#include <catalog/namespace.h>
#include <catalog/pg_authid.h>
#include <commands/trigger.h>
#include <utils/inval.h>
#include <utils/lsyscache.h>
}

namespace chronos::history {

namespace {

using backend::call;
using backend::cell;
using backend::plan;
using backend::value;

constinit plan head_plan(
    "SELECT h.number, pg_catalog.encode(h.fingerprint, 'hex') FROM chronos.head() h");

constinit head known;
constinit bool is_known = false;
constinit bool is_registered = false;
constinit bool is_listening = false;
constinit Oid news = InvalidOid;
constinit std::uint64_t messages = 0;

Oid news_relation() {
    const Oid schema = get_namespace_oid("chronos", true);
    return OidIsValid(schema) ? get_relname_relid("head_news", schema) : InvalidOid;
}

extern "C" void chronos_head_news(Datum, Oid relation) {
    if (relation == InvalidOid || relation == news) {
        is_known = false;
        // It may have been dropped and made anew.
        is_listening = false;
        ++messages;
    }
}

// SPI_tuptable's only row.
head take_row() {
    head out;
    const MemoryContext memory = CurrentMemoryContext;
    const value number = cell(0, 0, memory);
    const value fingerprint = cell(0, 1, memory);
    if (number.is_null || fingerprint.is_null) {
        return out;
    }
    out.number = DatumGetInt64(number.datum);
    const Datum text = fingerprint.datum;
    char* const into = out.fingerprint.data();
    call([text, into] {
        text_to_cstring_buffer(reinterpret_cast<struct varlena*>(DatumGetPointer(text)), into, 65);
    });
    return out;
}

head ask_newest() {
    backend::spi connection;
    head_plan.read_apart({});
    const head out = take_row();
    connection.close();
    return out;
}

head read_by_snapshot() {
    backend::spi connection;
    const auto rows = connection.query(
        "SELECT h.number, pg_catalog.encode(h.fingerprint, 'hex') FROM chronos.head() h", {}, true);
    connection.close();
    head out;
    if (!rows.empty() && rows[0][0] && rows[0][1]) {
        out.number = std::stoll(*rows[0][0]);
        strlcpy(out.fingerprint.data(), rows[0][1]->c_str(), out.fingerprint.size());
    }
    return out;
}

// Listening begins before the reading: what comes between the two is not missed.
void listen() {
    call([] {
        if (!is_registered) {
            CacheRegisterRelcacheCallback(chronos_head_news, 0);
            is_registered = true;
        }
        // A message that comes during the look-up may be that it is gone again.
        is_listening = true;
        news = news_relation();
        is_listening = is_listening && OidIsValid(news);
    });
}

}  // namespace

head read_head() {
    if (IsolationUsesXactSnapshot()) {
        // The owner's rights: a role that may not read the tables may still ask.
        const backend::user_scope owner(BOOTSTRAP_SUPERUSERID);
        return read_by_snapshot();
    }
    return read_newest_head();
}

head read_newest_head() {
    call([] { AcceptInvalidationMessages(); });
    if (is_known) {
        return known;
    }
    const backend::user_scope owner(BOOTSTRAP_SUPERUSERID);
    listen();
    const std::uint64_t before = messages;
    const head found = ask_newest();
    if (OidIsValid(news) && messages == before) {
        known = found;
        is_known = true;
    }
    return found;
}

std::uint64_t head_generation() {
    call([] { AcceptInvalidationMessages(); });
    if (!is_listening) {
        listen();
    }
    return messages;
}

}  // namespace chronos::history

CHRONOS_SQL_FUNCTION(chronos_current_version)
{ PG_RETURN_INT64(chronos::history::read_head().number); }

CHRONOS_SQL_FUNCTION(chronos_head_changed)
{
    if (!CALLED_AS_TRIGGER(fcinfo)) {
        throw chronos::backend::sql_error(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
                                          "this function can only be called as a trigger");
    }
    chronos::backend::call([] {
        const Oid relation = chronos::history::news_relation();
        if (OidIsValid(relation)) {
            CacheInvalidateRelcacheByRelid(relation);
        }
    });
    return PointerGetDatum(nullptr);
}
