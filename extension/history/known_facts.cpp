#include "history/known_facts.hpp"

#include "backend/door.hpp"

namespace chronos::history {

using backend::call;

namespace {

bool is_same(const live::object& left, const live::object& right) {
    return left.objid == right.objid && left.classid == right.classid;
}

}  // namespace

void known_facts::read(const live::object& of) {
    const fact_rows facts = call([this, of] { return newest_facts_of(line_, of.objid); });
    entries_.push_back({of, facts, std::vector<bool>(facts.count, false)});
}

bool known_facts::has_read(const live::object& of) const {
    for (const entry& each : entries_) {
        if (is_same(each.of, of)) {
            return true;
        }
    }
    return false;
}

const fact_row* known_facts::take(const live::object& of, const char* kind) {
    for (entry& each : entries_) {
        for (int i = 0; is_same(each.of, of) && i < each.facts.count; ++i) {
            const fact_row& fact = each.facts.items[i];
            if (fact.classid == of.classid && strcmp(fact.kind, kind) == 0) {
                each.paired[i] = true;
                return &fact;
            }
        }
    }
    return nullptr;
}

const fact_row* known_facts::find_named(const char* kind, const char* identity) const {
    const fact_rows facts =
        call([this, kind, identity] { return newest_facts_named(line_, kind, identity); });
    return facts.count == 0 ? nullptr : &facts.items[0];
}

std::vector<const fact_row*> known_facts::left_over() const {
    std::vector<const fact_row*> out;
    for (const entry& each : entries_) {
        for (int i = 0; i < each.facts.count; ++i) {
            if (!each.paired[i] && each.facts.items[i].classid == each.of.classid) {
                out.push_back(&each.facts.items[i]);
            }
        }
    }
    return out;
}

}  // namespace chronos::history
