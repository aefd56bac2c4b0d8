#include "history/disturbance.hpp"

#include "backend/door.hpp"
#include "history/object_set.hpp"
#include "history/store_tables.hpp"

extern "C" {
#include <access/stratnum.h>
#include <utils/fmgroids.h>
#include <utils/inval.h>
#include <utils/syscache.h>
}

namespace chronos::history {

namespace {

using backend::call;

constinit std::uint64_t name_changes = 0;

extern "C" void chronos_names_changed(Datum, int, uint32) { ++name_changes; }

// Since the first look in this session.
std::uint64_t count_name_changes() {
    static constinit bool is_listening = false;
    if (!is_listening) {
        call([] {
            CacheRegisterSyscacheCallback(AUTHOID, chronos_names_changed, 0);
            CacheRegisterSyscacheCallback(TABLESPACEOID, chronos_names_changed, 0);
        });
        is_listening = true;
    }
    return name_changes;
}

// Facts that began or ended after version `number`. Inside call().
live::objects changed_since(const pg_uuid_t& line, std::int64_t number, AttrNumber column,
                            const char* index) {
    ScanKeyData keys[2];
    ScanKeyInit(&keys[0], fact_column::timeline, BTEqualStrategyNumber, F_UUID_EQ,
                UUIDPGetDatum(&line));
    ScanKeyInit(&keys[1], column, BTGreaterStrategyNumber, F_INT8GT, Int64GetDatum(number));
    store_scan scan("fact", index, keys, 2);
    live::objects out;
    while (const HeapTuple tuple = scan.next()) {
        if (out.count > static_cast<int>(object_set::kMost)) {
            out.is_unusual = true;
            break;
        }
        bool null = false;
        const Oid classid = DatumGetObjectId(scan.get(tuple, fact_column::classid, null));
        out.add(classid, DatumGetObjectId(scan.get(tuple, fact_column::objid, null)));
    }
    scan.close();
    return out;
}

object_set changes_after(const pg_uuid_t& line, std::int64_t number) {
    object_set out;
    out.add_all(call(
        [&line, number] { return changed_since(line, number, fact_column::since, "fact_pkey"); }));
    out.add_all(call(
        [&line, number] { return changed_since(line, number, fact_column::until, "fact_until"); }));
    return out;
}

// All that can have to do with the text of what was compared.
object_set surroundings_of(const object_ids& compared) {
    object_set out;
    for (std::size_t i = 0; i < compared.objids.size(); ++i) {
        out.add_with_owners({compared.classids[i], compared.objids[i]});
    }
    out.add_dependents();
    out.add_needed();
    const std::vector<live::object> rows = out.items();
    for (const live::object& each : rows) {
        out.add_with_owners(each);
    }
    return out;
}

}  // namespace

disturbance::disturbance(const state& before)
    : line_(*DatumGetUUIDP(before.line.datum)),
      number_(before.number),
      names_(count_name_changes()) {}

bool disturbance::is_ruled_out(const object_ids& compared) const {
    call([] { AcceptInvalidationMessages(); });
    if (name_changes != names_) {
        return false;
    }
    try {
        const object_set changed = changes_after(line_, number_);
        const object_set surroundings = surroundings_of(compared);
        for (const live::object& each : changed.items()) {
            if (surroundings.has(each)) {
                return false;
            }
        }
        return true;
    } catch (const unusual&) {
        return false;
    }
}

}  // namespace chronos::history
