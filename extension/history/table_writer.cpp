#include "history/table_writer.hpp"

#include "history/store_tables.hpp"

extern "C" {
#include <access/htup_details.h>
#include <access/table.h>
#include <access/tableam.h>
#include <utils/snapmgr.h>
}

namespace chronos::history {

table_writer::table_writer(const char* table)
    : table_(table_open(store_relation(table), RowExclusiveLock)),
      state_(CreateExecutorState()),
      result_(makeNode(ResultRelInfo)),
      slot_(nullptr) {
    InitResultRelInfo(result_, table_, 0, nullptr, 0);
    ExecOpenIndices(result_, false);
    slot_ = table_slot_create(table_, nullptr);
}

TupleDesc table_writer::shape() const { return RelationGetDescr(table_); }

void table_writer::store(const Datum* values, const bool* nulls) {
    ExecClearTuple(slot_);
    const int count = shape()->natts;
    memcpy(slot_->tts_values, values, sizeof(Datum) * count);
    memcpy(slot_->tts_isnull, nulls, sizeof(bool) * count);
    ExecStoreVirtualTuple(slot_);
}

void table_writer::check() {
    if (shape()->constr != nullptr) {
        ExecConstraints(result_, slot_, state_);
    }
}

void table_writer::add_to_indexes(bool is_update, bool only_summarizing) {
    (void)backend::insert_index_tuples(result_, slot_, state_, is_update, only_summarizing);
    ResetPerTupleExprContext(state_);
}

void table_writer::insert(const Datum* values, const bool* nulls) {
    store(values, nulls);
    check();
    table_tuple_insert(table_, slot_, GetCurrentCommandId(true), 0, nullptr);
    add_to_indexes(false, false);
}

void table_writer::update(HeapTuple row, Datum* values, bool* nulls, bool* replaced) {
    const HeapTuple changed = heap_modify_tuple(row, shape(), values, nulls, replaced);
    ExecClearTuple(slot_);
    heap_deform_tuple(changed, shape(), slot_->tts_values, slot_->tts_isnull);
    ExecStoreVirtualTuple(slot_);
    check();
    const Snapshot now = RegisterSnapshot(GetLatestSnapshot());
    const backend::index_update wanted =
        backend::update_table_tuple(table_, &row->t_self, slot_, now);
    UnregisterSnapshot(now);
    if (wanted.any) {
        add_to_indexes(true, wanted.only_summarizing);
    }
}

void table_writer::close() {
    ExecDropSingleTupleTableSlot(slot_);
    ExecCloseIndices(result_);
    FreeExecutorState(state_);
    // Until the end of the transaction, as after a statement.
    table_close(table_, NoLock);
    CommandCounterIncrement();
}

}  // namespace chronos::history
