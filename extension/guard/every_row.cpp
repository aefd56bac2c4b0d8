#include "guard/every_row.hpp"

extern "C" {
#include <parser/parsetree.h>
}

namespace chronos::guard {

namespace {

// Row security and WHERE are quals; a condition that is always true is none.
bool scans_everything(const Plan* plan) noexcept {
    if (plan == nullptr || plan->qual != NIL) {
        return false;
    }
    switch (nodeTag(plan)) {
        case T_SeqScan:
            return true;
        case T_Append: {
            const List* const parts = reinterpret_cast<const Append*>(plan)->appendplans;
            for (int i = 0; i < list_length(parts); ++i) {
                if (!scans_everything(static_cast<const Plan*>(list_nth(parts, i)))) {
                    return false;
                }
            }
            return parts != NIL;
        }
        default:
            return false;
    }
}

const Plan* plan_number(const PlannedStmt& statement, int number) noexcept {
    return number == 0 ? statement.planTree
                       : static_cast<const Plan*>(list_nth(statement.subplans, number - 1));
}

}  // namespace

int row_change_count(const PlannedStmt& statement) noexcept {
    return 1 + list_length(statement.subplans);
}

row_change every_row_change(const PlannedStmt& statement, int number) noexcept {
    const Plan* const plan = plan_number(statement, number);
    if (plan == nullptr || !IsA(plan, ModifyTable)) {
        return {};
    }
    const auto& change = *reinterpret_cast<const ModifyTable*>(plan);
    const bool deletes = change.operation == CMD_DELETE;
    if ((!deletes && change.operation != CMD_UPDATE) || !scans_everything(outerPlan(plan)) ||
        change.nominalRelation == 0) {
        return {};
    }
    return {rt_fetch(change.nominalRelation, statement.rtable)->relid, deletes};
}

}  // namespace chronos::guard
