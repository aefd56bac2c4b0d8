// Which functions a worker may call. Its session may do anything, so it calls nothing that a mere
// owner of a database can have made: only a superuser can make a function a member of the
// extension.
#pragma once

#include "backend/spi.hpp"

namespace chronos::scheduler {

// signature: as regprocedure reads it, "chronos.heal_gaps()".
bool is_own_function(backend::spi& sql, const char* signature);

}  // namespace chronos::scheduler
