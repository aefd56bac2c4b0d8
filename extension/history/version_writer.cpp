// Writes a version: the definitions that are new, the facts that begin and end with it, its row.
#include <algorithm>
#include <unordered_set>

#include "backend/door.hpp"
#include "backend/fault.hpp"
#include "backend/session.hpp"
#include "backend/subtransaction.hpp"
#include "history/announce.hpp"
#include "history/attribute_numbers.hpp"
#include "history/change_list.hpp"
#include "history/fingerprint.hpp"
#include "history/store.hpp"
#include "history/store_tables.hpp"
#include "history/table_writer.hpp"

extern "C" {
#include <access/htup_details.h>
#include <access/relation.h>
#include <commands/sequence.h>
#include <utils/fmgroids.h>
#include <utils/fmgrprotos.h>
#include <utils/inval.h>
#include <utils/timestamp.h>
}

namespace chronos::history {

namespace {

using backend::call;
using backend::value;

// The columns of one row, all null at first.
template <int End>
struct columns {
    Datum values[End - 1];
    bool nulls[End - 1];

    columns() : values{} { std::fill(std::begin(nulls), std::end(nulls), true); }
    void set(int column, const value& to) {
        values[column - 1] = to.datum;
        nulls[column - 1] = to.is_null;
    }
};

value text_value(const char* from) { return CStringGetTextDatum(from); }

// Equal definitions of several objects are stored once.
class new_hashes {
  public:
    bool add(const bytea* hash) {
        return seen_.emplace(VARDATA_ANY(hash), VARSIZE_ANY_EXHDR(hash)).second;
    }

  private:
    std::unordered_set<std::string> seen_;
};

void write_definitions(const differences& found) {
    std::vector<const difference*> wanted;
    new_hashes hashes;
    for (const difference& each : found.rows) {
        if (each.hash != nullptr && each.is_change() && hashes.add(each.hash) &&
            !call([&each] { return has_definition(each.hash); })) {
            wanted.push_back(&each);
        }
    }
    const difference* const* const items = wanted.data();
    const std::size_t count = wanted.size();
    call([items, count] {
        if (count == 0) {
            return;
        }
        table_writer table("definition");
        for (std::size_t i = 0; i < count; ++i) {
            CHECK_FOR_INTERRUPTS();
            columns<definition_column::end> row;
            row.set(definition_column::hash, PointerGetDatum(items[i]->hash));
            row.set(definition_column::kind, text_value(items[i]->kind));
            row.set(definition_column::identity, text_value(items[i]->identity));
            row.set(definition_column::definition, JsonbPGetDatum(items[i]->definition));
            table.insert(row.values, row.nulls);
        }
        table.close();
    });
}

// The fact in force of an object as it was; an error if there is none. Inside call().
HeapTuple fact_of(const pg_uuid_t& line, const difference& what) {
    const HeapTuple found = newest_fact(line, what.old_classid, what.old_objid, what.kind);
    if (!HeapTupleIsValid(found)) {
        ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR),
                        errmsg("the fact of %s %s is gone", what.kind, what.old_identity)));
    }
    return found;
}

void end_fact(table_writer& table, const pg_uuid_t& line, const difference& what,
              std::int64_t number) {
    columns<fact_column::end> row;
    bool replaced[fact_column::end - 1] = {};
    row.set(fact_column::until, Int64GetDatum(number));
    replaced[fact_column::until - 1] = true;
    table.update(fact_of(line, what), row.values, row.nulls, replaced);
}

void begin_fact(table_writer& table, const value& line, const difference& what, std::int64_t number,
                Oid objects) {
    columns<fact_column::end> row;
    row.set(fact_column::timeline, line);
    row.set(fact_column::since, Int64GetDatum(number));
    row.set(fact_column::classid, ObjectIdGetDatum(what.classid));
    row.set(fact_column::objid, ObjectIdGetDatum(what.objid));
    row.set(fact_column::kind, text_value(what.kind));
    row.set(fact_column::identity, text_value(what.identity));
    row.set(fact_column::hash, PointerGetDatum(what.hash));
    row.set(
        fact_column::object,
        Int64GetDatum(what.old_object != 0 ? what.old_object : nextval_internal(objects, false)));
    row.set(fact_column::attributes, attribute_numbers(what));
    table.insert(row.values, row.nulls);
}

void write_facts(const state& at, std::int64_t number, const differences& found) {
    const difference* const items = found.rows.data();
    const std::size_t count = found.rows.size();
    const value line = at.line;
    call([items, count, line, number] {
        table_writer ended("fact");
        for (std::size_t i = 0; i < count; ++i) {
            CHECK_FOR_INTERRUPTS();
            if (items[i].old_hash != nullptr && items[i].is_change()) {
                end_fact(ended, *DatumGetUUIDP(line.datum), items[i], number);
            }
        }
        ended.close();
        table_writer begun("fact");
        const Oid objects = store_relation("object_number");
        for (std::size_t i = 0; i < count; ++i) {
            CHECK_FOR_INTERRUPTS();
            if (items[i].hash != nullptr && items[i].is_change()) {
                begin_fact(begun, line, items[i], number, objects);
            }
        }
        begun.close();
    });
}

value fingerprint_after(const state& at, const differences& found) {
    const difference* const items = found.rows.data();
    const std::size_t count = found.rows.size();
    const value before = at.fingerprint;
    return call([items, count, before]() -> value {
        fingerprint sum(before.is_null ? nullptr : DatumGetByteaPP(before.datum));
        for (std::size_t i = 0; i < count; ++i) {
            if (items[i].hash != nullptr) {
                sum.add(items[i].hash);
            }
            if (items[i].old_hash != nullptr) {
                sum.remove(items[i].old_hash);
            }
        }
        return PointerGetDatum(sum.bytes());
    });
}

void set_evidence(columns<version_column::end>& row, const evidence& who, TimestampTz now) {
    row.set(version_column::started_at, who.started_at);
    row.set(version_column::role, who.role);
    row.set(version_column::session_role, who.session_role);
    row.set(version_column::application, who.application);
    row.set(version_column::client_address, who.address);
    row.set(version_column::transaction, who.transaction);
    row.set(version_column::statements, who.statements);
    if (!who.started_at.is_null) {
        const Datum end = who.ended_at.is_null ? TimestampTzGetDatum(now) : who.ended_at.datum;
        row.set(version_column::duration,
                DirectFunctionCall2(timestamp_mi, end, who.started_at.datum));
    }
}

void write_row(const state& at, std::int64_t number, const version_note& note, value sum,
               value changes) {
    const int server = backend::server_version();
    call([&at, number, &note, sum, changes, server] {
        const TimestampTz now = GetCurrentTimestamp();
        columns<version_column::end> row;
        row.set(version_column::timeline, at.line);
        row.set(version_column::number, Int64GetDatum(number));
        row.set(version_column::cause, text_value(note.cause));
        row.set(version_column::committed_at, TimestampTzGetDatum(now));
        set_evidence(row, *note.who, now);
        row.set(version_column::observed_after, note.observed_after);
        row.set(version_column::snapshot, note.snapshot);
        row.set(version_column::server_version, Int32GetDatum(server));
        row.set(version_column::fingerprint, sum);
        row.set(version_column::changes, changes);
        table_writer table("version");
        table.insert(row.values, row.nulls);
        table.close();
        // What the table's trigger does for statements.
        CacheInvalidateRelcacheByRelid(store_relation("head_news"));
    });
}

void tell(const state& at, std::int64_t number, value sum) {
    call([&at, number, sum] {
        const char* const line = DatumGetCString(DirectFunctionCall1(uuid_out, at.line.datum));
        const char* const hex = TextDatumGetCString(
            DirectFunctionCall2(binary_encode, sum.datum, CStringGetTextDatum("hex")));
        announce(psprintf(R"({"version": %lld, "fingerprint": "%s", "timeline": "%s"})",
                          static_cast<long long>(number), hex, line));
    });
}

}  // namespace

void make_writers_ready() {
    static constinit bool ready = false;
    if (ready) {
        return;
    }
    // Rolled back with the locks it takes: nobody is to wait for the number with them.
    const backend::subtransaction rolled_back;
    call([] {
        for (const char* const each : {"definition", "fact", "version"}) {
            table_writer table(each);
            table.close();
        }
        const Relation numbers = relation_open(store_relation("object_number"), AccessShareLock);
        relation_close(numbers, AccessShareLock);
    });
    ready = true;
}

void write_new_oids(const state& at, const differences& found) {
    const difference* const items = found.rows.data();
    const std::size_t count = found.rows.size();
    const value line = at.line;
    const auto has_new_oid = [](const difference& of) {
        return of.hash != nullptr && !of.is_change() && of.objid != of.old_objid;
    };
    if (std::none_of(found.rows.begin(), found.rows.end(), has_new_oid)) {
        return;
    }
    call([items, count, line, has_new_oid] {
        table_writer table("fact");
        for (std::size_t i = 0; i < count; ++i) {
            CHECK_FOR_INTERRUPTS();
            if (!has_new_oid(items[i])) {
                continue;
            }
            columns<fact_column::end> row;
            bool replaced[fact_column::end - 1] = {};
            row.set(fact_column::classid, ObjectIdGetDatum(items[i].classid));
            row.set(fact_column::objid, ObjectIdGetDatum(items[i].objid));
            row.set(fact_column::attributes, attribute_numbers(items[i]));
            for (const int each :
                 {fact_column::classid, fact_column::objid, fact_column::attributes}) {
                replaced[each - 1] = true;
            }
            table.update(fact_of(*DatumGetUUIDP(line.datum), items[i]), row.values, row.nulls,
                         replaced);
        }
        table.close();
    });
}

std::int64_t write_version(const state& at, std::int64_t number, const differences& found,
                           const version_note& note) {
    write_new_oids(at, found);
    backend::step("definitions");
    write_definitions(found);
    backend::step("facts");
    write_facts(at, number, found);
    backend::step("version");
    const value sum = fingerprint_after(at, found);
    // A restored database has all facts as its own: only what is not as in its parent counts.
    const value changes =
        strcmp(note.cause, "restore") == 0 ? restored_changes(at, number) : list_changes(found);
    write_row(at, number, note, sum, changes);
    backend::step("announce");
    tell(at, number, sum);
    return number;
}

}  // namespace chronos::history
