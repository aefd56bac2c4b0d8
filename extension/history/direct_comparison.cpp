#include "history/direct_comparison.hpp"

#include <algorithm>

#include "backend/door.hpp"
#include "backend/memory.hpp"
#include "history/known_facts.hpp"
#include "history/object_set.hpp"
#include "history/render_lock.hpp"
#include "history/store_tables.hpp"
#include "live/description.hpp"
#include "live/owner.hpp"

extern "C" {
#include <catalog/pg_class.h>
#include <catalog/pg_constraint.h>
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
    explicit direct_comparison(const state& at) : known_(*DatumGetUUIDP(at.line.datum)) {}

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
        compare_holders();
        for (const fact_row* const each : known_.left_over()) {
            out_.rows.push_back(removed(*each));
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

    static bool may_render(const live::object& one) {
        const live::objects needed =
            call([one] { return live::relations_needed_by(one.classid, one.objid); });
        if (needed.is_unusual) {
            throw unusual();
        }
        return call([one, &needed] {
            if (one.classid == RelationRelationId && !history::may_render(one.objid, true)) {
                return false;
            }
            for (int i = 0; i < needed.count; ++i) {
                CHECK_FOR_INTERRUPTS();
                if (!history::may_render(needed.items[i].objid, true)) {
                    return false;
                }
            }
            return one.classid != ConstraintRelationId || reads_newest_constraint(one.objid);
        });
    }

    // Adds to out_ what of these objects, and no others, is there and not as stored.
    void compare(const std::vector<live::object>& wave) {
        std::vector<live_state> live;
        for (const live::object& each : wave) {
            if (!may_render(each)) {
                put_off(each);
                continue;
            }
            look_at(each, live);
            known_.read(each);
        }
        for (const live_state& each : live) {
            pair(each);
        }
    }

    static void look_at(const live::object& one, std::vector<live_state>& live) {
        live_state found{one, {}, nullptr};
        live_state* const into = &found;
        const live::sight sight = call([one, into] {
            // The server's functions read rules under the active snapshot: one that was taken after
            // the locks.
            PushActiveSnapshot(GetLatestSnapshot());
            const live::sight seen = live::describe(one.classid, one.objid, into->what);
            if (seen == live::sight::described) {
                into->hash = live::hash_of(into->what);
            }
            PopActiveSnapshot();
            return seen;
        });
        if (sight == live::sight::unusual) {
            throw unusual();
        }
        if (sight == live::sight::described) {
            live.push_back(found);
        }
    }

    void pair(const live_state& now) {
        difference found = added(now);
        const fact_row* const fact = known_.take(now.of, now.what.kind);
        if (fact != nullptr) {
            set_old(found, *fact);
        }
        if (fact == nullptr || strcmp(fact->identity, found.identity) != 0) {
            take_name(found);
        }
        if (found.is_change() || found.objid != found.old_objid) {
            out_.rows.push_back(found);
        }
    }

    // What was dropped and made anew under the same name is the same object to everybody but the
    // server. But what had the name may still be there under another one that nobody announced.
    void take_name(difference& found) {
        const fact_row* const namesake = known_.find_named(found.kind, found.identity);
        if (namesake == nullptr) {
            return;
        }
        const live::object of = {namesake->classid, namesake->objid};
        if (found.old_hash != nullptr ||
            call([of] { return live::exists(of.classid, of.objid); })) {
            holders_.push_back({of, {found.classid, found.objid}});
        } else {
            set_old(found, *namesake);
            (void)known_.take(of, namesake->kind);
        }
    }

    // Who cannot be looked at now keeps the name, and who took it waits.
    void compare_holders() {
        for (std::size_t i = 0; i < holders_.size(); ++i) {
            const name_holder each = holders_[i];
            if (!known_.has_read(each.of)) {
                compare({each.of});
            }
            if (!known_.has_read(each.of)) {
                put_off(each.successor);
            }
        }
    }

    void put_off(const live::object& one) {
        out_.locked.classids.push_back(one.classid);
        out_.locked.objids.push_back(one.objid);
        out_.rows.erase(std::remove_if(out_.rows.begin(), out_.rows.end(),
                                       [&one](const difference& each) {
                                           return each.classid == one.classid &&
                                                  each.objid == one.objid;
                                       }),
                        out_.rows.end());
    }

    // Has the name in the store that another object has now.
    struct name_holder {
        live::object of;
        live::object successor;
    };

    known_facts known_;
    std::vector<name_holder> holders_;
    differences out_;
};

// For values that the store keeps out of line.
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
