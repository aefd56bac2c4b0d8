// The server's headers, made safe for C++: every backend file includes this first, after the
// standard headers it needs. It also takes away the macros that break C++ code.
#pragma once

#include <array>
#include <cmath>
#include <csetjmp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

extern "C" {
#include <postgres.h>

#include <access/xact.h>
#include <fmgr.h>
#include <miscadmin.h>
#include <utils/builtins.h>
#include <utils/elog.h>
#include <utils/memutils.h>
}

// Inline functions of the server's headers need the rest (likely, Min, …): include standard and
// library headers before this one.
#undef fprintf
#undef printf
#undef snprintf
#undef sprintf
#undef strerror
#undef vsnprintf

#include "backend/compat.hpp"
