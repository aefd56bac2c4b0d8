// Stands before commands that destroy data: says what will be lost, takes a snapshot first, or
// refuses, as chronos.guard says.
#pragma once

namespace chronos::guard {

void init();

}  // namespace chronos::guard
