#include "scheduler/settings.hpp"

#include <climits>

#include "backend/door.hpp"

extern "C" {
#include <utils/guc.h>
}

namespace chronos::scheduler::settings {

namespace {

char* engine_path_value = nullptr;
char* engine_user_value = nullptr;
int snapshot_jobs_value = 2;
int snapshot_timeout_value = 0;
int launcher_interval_value = 60;
int comparison_interval_value = 300;
int hook_timeout_value = 60;
// Read by chronos.recovery_objectives().
int recovery_point_target_value = 0;
int recovery_time_target_value = 0;

bool check_engine_path(char** value, void** /*extra*/, GucSource /*source*/) {
    if (*value == nullptr || **value == '\0' || **value == '/') {
        return true;
    }
    GUC_check_errdetail("It must be an absolute path, or empty.");
    return false;
}

void define_strings() {
    DefineCustomStringVariable("chronos.engine_path",
                               "The chronosctl program that takes snapshots.",
                               "Empty: chronosctl beside the server's programs, then where the "
                               "client was installed.",
                               &engine_path_value, "", PGC_SIGHUP, GUC_SUPERUSER_ONLY,
                               check_engine_path, nullptr, nullptr);
    DefineCustomStringVariable("chronos.engine_user", "The role that snapshots are taken as.",
                               "Empty: the superuser that initdb made.", &engine_user_value, "",
                               PGC_SIGHUP, GUC_SUPERUSER_ONLY, nullptr, nullptr, nullptr);
}

void define_numbers() {
    DefineCustomIntVariable("chronos.snapshot_jobs", "How many sessions of a snapshot export data.",
                            nullptr, &snapshot_jobs_value, 2, 1, 64, PGC_USERSET, 0, nullptr,
                            nullptr, nullptr);
    DefineCustomIntVariable("chronos.snapshot_timeout", "How long a snapshot may take.",
                            "0: as long as it needs.", &snapshot_timeout_value, 0, 0, INT_MAX,
                            PGC_USERSET, GUC_UNIT_S, nullptr, nullptr, nullptr);
    DefineCustomIntVariable(
        "chronos.launcher_interval", "How often the launcher visits each database.", nullptr,
        &launcher_interval_value, 60, 1, 86400, PGC_SIGHUP, GUC_UNIT_S, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("chronos.comparison_interval",
                            "How often the whole schema of each database is compared with its "
                            "record, for changes that nobody saw.",
                            "0: never. The launcher does it when it visits a database.",
                            &comparison_interval_value, 300, 0, 86400 * 7, PGC_SIGHUP, GUC_UNIT_S,
                            nullptr, nullptr, nullptr);
    DefineCustomIntVariable("chronos.hook_timeout", "How long the command of a schedule may take.",
                            nullptr, &hook_timeout_value, 60, 1, 3600, PGC_SIGHUP, GUC_UNIT_S,
                            nullptr, nullptr, nullptr);
}

void define_targets() {
    DefineCustomIntVariable("chronos.recovery_point_target", "How old the newest snapshot may be.",
                            "0: there is no target.", &recovery_point_target_value, 0, 0, INT_MAX,
                            PGC_USERSET, GUC_UNIT_S, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("chronos.recovery_time_target",
                            "How long restoring a snapshot may take.", "0: there is no target.",
                            &recovery_time_target_value, 0, 0, INT_MAX, PGC_USERSET, GUC_UNIT_S,
                            nullptr, nullptr, nullptr);
}

std::string text(const char* value) { return value == nullptr ? "" : value; }

}  // namespace

void define() {
    define_strings();
    define_numbers();
    define_targets();
}

std::string engine_path() { return text(engine_path_value); }

std::string engine_user() { return text(engine_user_value); }

int snapshot_jobs() { return snapshot_jobs_value; }

int snapshot_timeout() { return snapshot_timeout_value; }

int launcher_interval() { return launcher_interval_value; }

int hook_timeout() { return hook_timeout_value; }

}  // namespace chronos::scheduler::settings
