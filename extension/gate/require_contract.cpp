// chronos.require_contract(): the answer comes from SQL and is remembered, until the server tells
// that something it depends on may be another: a relation, a function, a type, a schema, a role.
#include <algorithm>

#include "backend/door.hpp"
#include "backend/plan.hpp"
#include "backend/spi.hpp"
#include "history/head.hpp"

extern "C" {
#include <catalog/pg_type.h>
#include <utils/inval.h>
#include <utils/jsonb.h>
#include <utils/syscache.h>
}

namespace {

using chronos::backend::call;
using chronos::backend::plan;

constinit plan check_plan("SELECT chronos.check_contract($1)", JSONBOID);

// A contract that was kept when it was last looked at.
struct kept {
    Oid role;
    Jsonb* contract;  // in TopMemoryContext
};

constexpr std::size_t kMost = 8;
constinit std::array<kept, kMost> remembered{};
constinit std::size_t next_place = 0;
constinit bool is_listening = false;
constinit std::uint64_t messages = 0;

void forget_all() {
    ++messages;
    for (kept& each : remembered) {
        each.role = InvalidOid;
    }
}

extern "C" void chronos_contract_relation(Datum, Oid) { forget_all(); }
extern "C" void chronos_contract_object(Datum, int, std::uint32_t) { forget_all(); }

void listen() {
    if (is_listening) {
        return;
    }
    call([] {
        CacheRegisterRelcacheCallback(chronos_contract_relation, 0);
        for (const auto cache : {PROCOID, TYPEOID, NAMESPACEOID, AUTHOID, AUTHMEMROLEMEM}) {
            CacheRegisterSyscacheCallback(cache, chronos_contract_object, 0);
        }
        is_listening = true;
    });
}

bool is_remembered(Oid role, const Jsonb* contract) {
    return std::ranges::any_of(remembered, [role, contract](const kept& each) {
        return each.role == role && VARSIZE(each.contract) == VARSIZE(contract) &&
               memcmp(each.contract, contract, VARSIZE(contract)) == 0;
    });
}

void remember(Oid role, const Jsonb* contract) {
    call([role, contract] {
        kept& place = remembered[next_place];
        place.role = InvalidOid;
        if (place.contract != nullptr) {
            pfree(place.contract);
            place.contract = nullptr;
        }
        place.contract =
            static_cast<Jsonb*>(MemoryContextAlloc(TopMemoryContext, VARSIZE(contract)));
        memcpy(place.contract, contract, VARSIZE(contract));
        place.role = role;
        next_place = (next_place + 1) % kMost;
    });
}

}  // namespace

CHRONOS_SQL_FUNCTION(chronos_require_contract)
{
    const Jsonb* const contract = call([fcinfo] { return PG_GETARG_JSONB_P(0); });
    const Oid role = GetUserId();
    listen();
    // It also takes in the messages that have come.
    const std::int64_t version = chronos::history::read_head().number;
    if (!is_remembered(role, contract)) {
        const std::uint64_t before = messages;
        chronos::backend::spi connection;
        check_plan.read({JsonbPGetDatum(contract)});
        connection.close();
        if (messages == before) {
            remember(role, contract);
        }
    }
    PG_RETURN_INT64(version);
}
