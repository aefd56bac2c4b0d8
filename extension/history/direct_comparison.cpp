#include "history/direct_comparison.hpp"

#include "backend/door.hpp"
#include "backend/memory.hpp"
#include "history/object_set.hpp"
#include "history/render_lock.hpp"
#include "history/store_tables.hpp"
#include "live/description.hpp"
#include "live/owner.hpp"

extern "C" {
#include <catalog/pg_class.h>
#include <catalog/pg_type.h>
#include <utils/array.h>
#include <utils/fmgrprotos.h>
#include <utils/snapmgr.h>
}

namespace chronos::history {

namespace {

using backend::call;

struct live_state {
    live::object of;
    live::description what;
    bytea* hash;
};

// The facts in force of one object: a table may have one as a table and one for its labels.
struct known_object {
    live::object of;
    fact_rows facts;
    std::vector<bool> paired;
};

difference added(const live_state& now) {
    difference out;
    out.classid = now.of.classid;
    out.objid = now.of.objid;
    out.kind = now.what.kind;
    out.identity = now.what.identity;
    out.definition = now.what.definition;
    out.hash = now.hash;
    return out;
}

void set_old(difference& to, const fact_row& fact) {
    to.old_classid = fact.classid;
    to.old_objid = fact.objid;
    to.old_identity = fact.identity;
    to.old_hash = fact.hash;
    to.old_object = fact.object;
}

difference removed(const fact_row& fact) {
    difference out;
    out.classid = fact.classid;
    out.objid = fact.objid;
    out.kind = fact.kind;
    out.identity = fact.identity;
    set_old(out, fact);
    return out;
}

// What can change without changing the text of anything else.
Datum quiet_keys() {
    Datum keys[] = {CStringGetTextDatum("owner"), CStringGetTextDatum("acl"),
                    CStringGetTextDatum("comment"), CStringGetTextDatum("options")};
    return PointerGetDatum(construct_array(keys, lengthof(keys), TEXTOID, -1, false, TYPALIGN_INT));
}

// Inside call().
bool differs_loudly(Jsonb* definition, bytea* old_hash) {
    Jsonb* const before = stored_definition(old_hash);
    if (before == nullptr) {
        return true;
    }
    const Datum quiet = quiet_keys();
    const Datum left = DirectFunctionCall2(jsonb_delete_array, JsonbPGetDatum(definition), quiet);
    const Datum right = DirectFunctionCall2(jsonb_delete_array, JsonbPGetDatum(before), quiet);
    return compareJsonbContainers(&DatumGetJsonbP(left)->root, &DatumGetJsonbP(right)->root) != 0;
}

bool changes_others(const difference& found) {
    if (found.hash == nullptr || found.old_hash == nullptr || !found.is_change()) {
        return false;
    }
    return strcmp(found.identity, found.old_identity) != 0 ||
           call([&found] { return differs_loudly(found.definition, found.old_hash); });
}

class direct_comparison {
  public:
    explicit direct_comparison(const state& at) : line_(*DatumGetUUIDP(at.line.datum)) {}

    differences run(const object_ids& touched) {
        object_set first;
        for (std::size_t i = 0; i < touched.objids.size(); ++i) {
            first.add_with_owners({touched.classids[i], touched.objids[i]});
        }
        compare(first.items());
        object_set changed;
        for (const difference& each : out_.rows) {
            if (changes_others(each)) {
                changed.add({each.classid, each.objid});
            }
        }
        if (!changed.empty()) {
            compare(dependents_of(changed, first));
        }
        return std::move(out_);
    }

  private:
    // What depends on them at any remove, and the objects that show it, without those of `seen`.
    static std::vector<live::object> dependents_of(const object_set& changed,
                                                   const object_set& seen) {
        object_set reached;
        for (const live::object& each : changed.items()) {
            reached.add_with_owners(each);
        }
        reached.add_dependents();
        object_set shown;
        for (const live::object& each : reached.items()) {
            shown.add_all(call([each] { return live::owners_of(each.classid, each.objid); }));
        }
        std::vector<live::object> out;
        for (const live::object& each : shown.items()) {
            if (!seen.has(each)) {
                out.push_back(each);
            }
        }
        return out;
    }

    bool may_render(const live::object& one) {
        return call([one] {
            if (one.classid == RelationRelationId && !history::may_render(one.objid, true)) {
                return false;
            }
            const live::objects needed = live::relations_needed_by(one.classid, one.objid);
            for (int i = 0; i < needed.count; ++i) {
                if (!history::may_render(needed.items[i].objid, true)) {
                    return false;
                }
            }
            return true;
        });
    }

    // Adds to out_ where these objects, and no others, are not as stored.
    void compare(const std::vector<live::object>& wave) {
        std::vector<live_state> live;
        std::vector<known_object> known;
        for (const live::object& each : wave) {
            if (!may_render(each)) {
                out_.locked.classids.push_back(each.classid);
                out_.locked.objids.push_back(each.objid);
                continue;
            }
            look_at(each, live);
            const fact_rows facts =
                call([this, each] { return newest_facts_of(line_, each.objid); });
            known.push_back({each, facts, std::vector<bool>(facts.count, false)});
        }
        for (const live_state& each : live) {
            pair(each, known);
        }
        for (const known_object& each : known) {
            add_removed(each);
        }
    }

    static void look_at(const live::object& one, std::vector<live_state>& live) {
        live_state found{one, {}, nullptr};
        live_state* const into = &found;
        const live::sight sight = call([one, into] {
            const live::sight seen = live::describe(one.classid, one.objid, into->what);
            if (seen == live::sight::described) {
                into->hash = live::hash_of(into->what);
            }
            return seen;
        });
        if (sight == live::sight::unusual) {
            throw unusual();
        }
        if (sight == live::sight::described) {
            live.push_back(found);
        }
    }

    void pair(const live_state& now, std::vector<known_object>& known) {
        difference found = added(now);
        if (const fact_row* const fact = take(known, now.of, now.what.kind)) {
            set_old(found, *fact);
        } else if (const fact_row* const namesake = find_namesake(now)) {
            // Dropped and made anew under the same name: the same object to everybody but the
            // server.
            set_old(found, *namesake);
            (void)take(known, {namesake->classid, namesake->objid}, namesake->kind);
        }
        if (found.is_change() || found.objid != found.old_objid) {
            out_.rows.push_back(found);
        }
    }

    static const fact_row* take(std::vector<known_object>& known, const live::object& of,
                                const char* kind) {
        for (known_object& each : known) {
            if (object_set::key_of(each.of) != object_set::key_of(of)) {
                continue;
            }
            for (int i = 0; i < each.facts.count; ++i) {
                const fact_row& fact = each.facts.items[i];
                if (fact.classid == of.classid && strcmp(fact.kind, kind) == 0) {
                    each.paired[i] = true;
                    return &fact;
                }
            }
        }
        return nullptr;
    }

    // What had the name may have got another one: then it is still there.
    const fact_row* find_namesake(const live_state& now) {
        const live::description& what = now.what;
        const fact_rows facts =
            call([this, &what] { return newest_facts_named(line_, what.kind, what.identity); });
        if (facts.count == 0) {
            return nullptr;
        }
        const fact_row* const fact = &facts.items[0];
        const bool is_gone = call([fact] {
            live::description unused{};
            return live::describe(fact->classid, fact->objid, unused) == live::sight::nothing;
        });
        return is_gone ? fact : nullptr;
    }

    void add_removed(const known_object& known) {
        for (int i = 0; i < known.facts.count; ++i) {
            if (!known.paired[i] && known.facts.items[i].classid == known.of.classid) {
                out_.rows.push_back(removed(known.facts.items[i]));
            }
        }
    }

    const pg_uuid_t line_;
    differences out_;
};

// The server's functions read rules under the active snapshot.
class newest_snapshot {
  public:
    newest_snapshot() {
        call([] { PushActiveSnapshot(GetLatestSnapshot()); });
    }
    // After an error the subtransaction takes it away.
    void close() {
        call([] { PopActiveSnapshot(); });
    }
};

}  // namespace

std::optional<differences> compare_directly(const state& at, const object_ids& touched,
                                            MemoryContext memory) {
    if (touched.objids.size() > object_set::kMost) {
        return std::nullopt;
    }
    const backend::memory_scope in(memory);
    newest_snapshot snapshot;
    std::optional<differences> found;
    try {
        found = direct_comparison(at).run(touched);
    } catch (const unusual&) {
        found.reset();
    }
    snapshot.close();
    if (found) {
        found->is_direct = true;
    }
    return found;
}

}  // namespace chronos::history
