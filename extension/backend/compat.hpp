// What differs between the supported servers (PostgreSQL 15 to 18), in one place.
#pragma once

#if PG_VERSION_NUM < 150000
#error "chronos needs PostgreSQL 15 or newer"
#endif
