#include "history/scope.hpp"

#include <utility>

extern "C" {
#include <catalog/pg_authid.h>
}

namespace chronos::history {

namespace {

// session_replication_role is not among them: setting it would throw away every cached plan.
constexpr std::pair<const char*, const char*> kSettings[] = {
    {"search_path", "pg_catalog, pg_temp"},
    {"lock_timeout", "10000"},
    {"quote_all_identifiers", "off"},
    {"standard_conforming_strings", "on"},
    {"DateStyle", "ISO, MDY"},
    {"IntervalStyle", "postgres"},
    {"TimeZone", "UTC"},
    {"extra_float_digits", "1"},
    {"bytea_output", "hex"},
    {"lc_monetary", "C"},
};

}  // namespace

recorder_scope::recorder_scope() : read_only_(XactReadOnly), user_(BOOTSTRAP_SUPERUSERID) {
    XactReadOnly = false;
    for (const auto& [name, setting] : kSettings) {
        settings_.set(name, setting);
    }
}

recorder_scope::~recorder_scope() { XactReadOnly = read_only_; }

}  // namespace chronos::history
