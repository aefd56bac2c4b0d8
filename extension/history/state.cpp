#include "history/state.hpp"

#include "backend/spi.hpp"

namespace chronos::history {

namespace {

using backend::cell;
using backend::value;

constinit backend::plan read_state_plan(
    "SELECT s.line, s.number, s.fingerprint, s.arrived, s.gaps, "
    "s.loading, s.compared_at, s.other_server FROM chronos.recorder_state() s");

}  // namespace

bool true_cell(int column) {
    const value found = cell(0, column, CurrentMemoryContext);
    return !found.is_null && DatumGetBool(found.datum);
}

state read_state(MemoryContext memory) {
    backend::spi connection;
    read_state_plan.read({});
    state out;
    out.line = cell(0, 0, memory);
    out.number = DatumGetInt64(cell(0, 1, memory).datum);
    out.fingerprint = cell(0, 2, memory);
    out.arrived = cell(0, 3, memory);
    out.gaps = true_cell(4);
    out.loading = true_cell(5);
    out.compared_at = cell(0, 6, memory);
    out.other_server = true_cell(7);
    connection.close();
    return out;
}

}  // namespace chronos::history
