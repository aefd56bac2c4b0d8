// Commands that change the schema and that neither an event trigger nor object_access_hook tells
// of. Server code only: called inside a hook.
#pragma once

#include "backend/backend.hpp"

namespace chronos::capture {

// Notes what the utility command, which has just run, did to the present database.
void note_unannounced(Node* command);

}  // namespace chronos::capture
