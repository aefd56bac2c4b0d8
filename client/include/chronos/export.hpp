// Marks what a shared libchronos shows to programs; everything else stays hidden.
#pragma once

#if defined(__GNUC__) || defined(__clang__)
#define CHRONOS_EXPORT __attribute__((visibility("default")))
#else
#define CHRONOS_EXPORT
#endif
