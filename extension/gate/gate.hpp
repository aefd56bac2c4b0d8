// The gate by connection string: a session says in the setting chronos.expect which schema it was
// built for, in the grammar of chronos.require_version(), and its first statement fails if the
// schema is another. With chronos.expect_mode = statement so does the first one after it became
// another.
//
// Let in without a look: SET, SHOW and whatever ends a transaction, so that a session can be put
// right; workers of every kind, and replication. What cannot be checked is an error, but to the
// owner of the database and to superusers a warning: a broken gate locks nobody out who can mend
// it.
#pragma once

namespace chronos::gate {

// Defines the settings and sets the hooks.
void init();

}  // namespace chronos::gate
