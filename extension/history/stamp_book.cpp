// chronos.stamp: the stamps of the last comparison, those of neighbouring oids in one row, so that
// what a change costs does not depend on how many objects there are.
#include <algorithm>
#include <map>
#include <set>

#include "backend/door.hpp"
#include "backend/plan.hpp"
#include "history/stamp_source.hpp"
#include "history/statements.hpp"

extern "C" {
#include <catalog/pg_authid.h>
#include <catalog/pg_tablespace.h>
#include <catalog/pg_type.h>
#include <utils/array.h>
}

namespace chronos::history {

namespace {

using backend::call;
using backend::cell;
using backend::plan;
using backend::value;

constexpr Oid kOidsInAPart = 512;

constinit plan read_plan("SELECT s.stamps FROM chronos.stamp s ORDER BY s.part");

// Told in arrays: there are many.
constinit plan facts_plan(
    "SELECT array_agg(f.classid), array_agg(f.objid), "
    "array_agg(f.classid) FILTER (WHERE f.since > $2), "
    "array_agg(f.objid) FILTER (WHERE f.since > $2) "
    "FROM chronos.fact f WHERE f.timeline = $1 AND f.until IS NULL",
    UUIDOID, INT8OID);

constinit plan remove_plan("DELETE FROM chronos.stamp WHERE part = ANY ($1)", INT4ARRAYOID);

constinit plan write_plan(
    "INSERT INTO chronos.stamp (part, stamps) SELECT * FROM unnest($1::int[], $2::bytea[]) "
    "ON CONFLICT (part) DO UPDATE SET stamps = EXCLUDED.stamps",
    INT4ARRAYOID, BYTEAARRAYOID);

int part_of(const stamp& each) { return static_cast<int>(each.objid / kOidsInAPart); }

bool same(const stamp& left, const stamp& right) {
    return left.objid == right.objid && left.classid == right.classid && left.sum == right.sum;
}

using parts = std::map<int, stamps>;

parts by_part(const stamps& from) {
    parts out;
    for (const stamp& each : from) {
        out[part_of(each)].push_back(each);
    }
    return out;
}

void append_part(stamps& to, Datum stored) {
    const auto* const bytes = reinterpret_cast<const bytea*>(DatumGetPointer(stored));
    const std::size_t count = VARSIZE_ANY_EXHDR(bytes) / sizeof(stamp);
    const std::size_t before = to.size();
    to.resize(before + count);
    std::memcpy(to.data() + before, VARDATA_ANY(bytes), count * sizeof(stamp));
}

Datum as_bytea(const stamps& from) {
    const stamp* const data = from.data();
    const std::size_t size = from.size() * sizeof(stamp);
    return call([data, size] {
        auto* const out = static_cast<bytea*>(palloc(VARHDRSZ + size));
        SET_VARSIZE(out, VARHDRSZ + size);
        memcpy(VARDATA(out), data, size);
        return PointerGetDatum(out);
    });
}

Datum array_of(std::vector<Datum>& items, Oid type) {
    Datum* const data = items.data();
    const int count = static_cast<int>(items.size());
    return call([data, count, type] {
        const bool number = type == INT4OID;
        return PointerGetDatum(
            construct_array(data, count, type, number ? 4 : -1, number, TYPALIGN_INT));
    });
}

void remove_parts(const parts& before, const parts& after) {
    std::vector<Datum> gone;
    for (const auto& [part, unused] : before) {
        if (after.find(part) == after.end()) {
            gone.push_back(Int32GetDatum(part));
        }
    }
    if (!gone.empty()) {
        remove_plan.write({array_of(gone, INT4OID)});
    }
}

void write_parts(const parts& before, const parts& after) {
    std::vector<Datum> numbers;
    std::vector<Datum> contents;
    for (const auto& [part, content] : after) {
        const auto stored = before.find(part);
        if (stored == before.end() ||
            !std::equal(content.begin(), content.end(), stored->second.begin(),
                        stored->second.end(), same)) {
            numbers.push_back(Int32GetDatum(part));
            contents.push_back(as_bytea(content));
        }
    }
    if (!numbers.empty()) {
        const value first = array_of(numbers, INT4OID);
        write_plan.write({first, array_of(contents, BYTEAOID)});
    }
}

// Not a stamp, but the number of a version; no catalogue has this oid.
constexpr Oid kNumberMark = 2;

bool is_number(const stamp& each) {
    return each.objid == InvalidOid && each.classid == kNumberMark;
}

// A new role or tablespace is in nobody's text yet, and what is in somebody's cannot be dropped.
bool is_name(const stamp& each) {
    return each.classid == AuthIdRelationId || each.classid == TableSpaceRelationId;
}

void note_moved(moved_objects& out, const stamp& each, bool is_in_both) {
    if (is_number(each)) {
        return;
    }
    if (each.objid == InvalidOid || (is_in_both && is_name(each))) {
        out.everything = true;
    } else if (!is_name(each)) {
        out.ids.classids.push_back(each.classid);
        out.ids.objids.push_back(each.objid);
    }
}

template <typename Fn>
void for_each_moved(const stamps& before, const stamps& after, Fn&& use) {
    auto old = before.begin();
    auto each = after.begin();
    while (old != before.end() || each != after.end()) {
        if (each == after.end() || (old != before.end() && stands_before(*old, *each))) {
            use(*old++, false);
        } else if (old == before.end() || stands_before(*each, *old)) {
            use(*each++, false);
        } else {
            if (old->sum != each->sum) {
                use(*each, true);
            }
            ++old;
            ++each;
        }
    }
}

struct facts {
    object_ids all;
    object_ids since;
};

facts read_facts(const state& at, std::int64_t number) {
    statements connection;
    const value after = call([number] { return Int64GetDatum(number); });
    facts_plan.read({at.line, after});
    facts out;
    std::vector<Oid>* const columns[] = {&out.all.classids, &out.all.objids, &out.since.classids,
                                         &out.since.objids};
    int column = 0;
    for (std::vector<Oid>* const each : columns) {
        backend::append_oids(*each, cell(0, column++, CurrentMemoryContext));
    }
    connection.close();
    return out;
}

bool is_gone(Oid classid, Oid objid, const stamps& now) {
    return is_told_apart(classid) && objid >= FirstNormalObjectId &&
           !std::binary_search(now.begin(), now.end(), stamp{objid, classid, 0}, stands_before);
}

}  // namespace

object_ids moved_between(const stamps& before, const stamps& after) {
    object_ids out;
    for_each_moved(before, after, [&out](const stamp& each, bool) {
        out.classids.push_back(each.classid);
        out.objids.push_back(each.objid);
    });
    return out;
}

stamp_book stamp_book::open(MemoryContext memory) {
    stamp_book out;
    statements connection;
    const std::uint64_t count = read_plan.read({});
    for (std::uint64_t row = 0; row < count; ++row) {
        append_part(out.stored_, cell(row, 0, memory).datum);
    }
    connection.close();
    return out;
}

std::int64_t stamp_book::number() const {
    const auto found = std::find_if(stored_.begin(), stored_.end(), is_number);
    return found == stored_.end() ? 0 : static_cast<std::int64_t>(found->sum);
}

moved_objects stamp_book::compare(const stamps& now, const state& at) const {
    moved_objects out;
    for_each_moved(stored_, now, [&out](const stamp& each, bool is_in_both) {
        note_moved(out, each, is_in_both);
    });
    if (out.everything) {
        return out;
    }
    const facts written = read_facts(at, number());
    append(out.ids, written.since);
    for (std::size_t i = 0; i < written.all.objids.size(); ++i) {
        if (is_gone(written.all.classids[i], written.all.objids[i], now)) {
            out.ids.classids.push_back(written.all.classids[i]);
            out.ids.objids.push_back(written.all.objids[i]);
        }
    }
    return out;
}

void stamp_book::keep(stamps now, const object_ids& left_out, std::int64_t number) const {
    std::set<std::pair<Oid, Oid>> without;
    for (std::size_t i = 0; i < left_out.objids.size(); ++i) {
        without.emplace(left_out.classids[i], left_out.objids[i]);
    }
    std::erase_if(now, [&without](const stamp& each) {
        return without.find({each.classid, each.objid}) != without.end();
    });
    const stamp mark{InvalidOid, kNumberMark, static_cast<std::uint64_t>(number)};
    now.insert(std::upper_bound(now.begin(), now.end(), mark, stands_before), mark);
    const parts before = by_part(stored_);
    const parts after = by_part(now);
    statements connection;
    remove_parts(before, after);
    write_parts(before, after);
    connection.close();
}

}  // namespace chronos::history
