#include "backend/session.hpp"

#include "backend/door.hpp"

extern "C" {
#include <utils/guc.h>
}

namespace chronos::backend {

settings_scope::settings_scope() noexcept : level_(NewGUCNestLevel()) {}

settings_scope::~settings_scope() { AtEOXact_GUC(true, level_); }

void settings_scope::set(const char* name, const char* value) {
    call([name, value] {
        // Most are as wanted already, and some (lc_monetary) are slow to set.
        const char* const present = GetConfigOption(name, false, false);
        if (present != nullptr && strcmp(present, value) == 0) {
            return;
        }
        (void)set_config_option(name, value, PGC_SUSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
                                false);
    });
}

user_scope::user_scope(Oid role) noexcept {
    GetUserIdAndSecContext(&user_, &context_);
    SetUserIdAndSecContext(role, context_ | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
}

user_scope::~user_scope() { SetUserIdAndSecContext(user_, context_); }

int server_version() {
    return call([] { return atoi(GetConfigOption("server_version_num", false, false)); });
}

}  // namespace chronos::backend
