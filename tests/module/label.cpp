// A provider of security labels that takes every label; the server itself has none.
extern "C" {
#include <postgres.h>

#include <catalog/objectaddress.h>
#include <commands/seclabel.h>
#include <fmgr.h>
}

namespace {

void accept_label(const ObjectAddress*, const char*) {}

}  // namespace

extern "C" PGDLLEXPORT void _PG_init() { register_label_provider("chronos_test", accept_label); }
