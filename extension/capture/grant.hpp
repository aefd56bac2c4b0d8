// What only the parse tree of a command names. Server code only: called inside call().
#pragma once

#include "backend/backend.hpp"

extern "C" {
#include <nodes/parsenodes.h>
}

namespace chronos::capture {

// Notes the objects of GRANT, REVOKE and ALTER EXTENSION ADD or DROP; everything for DROP OWNED.
void note_command(Node* command);

}  // namespace chronos::capture
