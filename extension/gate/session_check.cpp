#include "gate/session_check.hpp"

#include "backend/door.hpp"
#include "backend/fault.hpp"
#include "backend/session.hpp"
#include "backend/subtransaction.hpp"
#include "gate/requirement.hpp"
#include "history/head.hpp"
#include "history/label_reader.hpp"
#include "history/recorder.hpp"

extern "C" {
#include <catalog/pg_authid.h>
}

namespace chronos::gate {

namespace {

using backend::call;
using backend::sql_error;

// What to say if the schema does not fit.
std::optional<sql_error> look(const std::string& expected) {
    backend::step("gate");
    const core::version_constraint requirement = parse_requirement(expected);
    if (!history::is_installed()) {
        throw sql_error(ERRCODE_UNDEFINED_OBJECT,
                        "extension \"chronos\" is not installed in this database");
    }
    // The owner's rights: a role that may not read the tables may still ask.
    const backend::user_scope owner(BOOTSTRAP_SUPERUSERID);
    const history::head at = history::read_newest_head();
    const core::schema_state state{at.number, at.fingerprint.data(),
                                   history::newest_labelled_version};
    if (requirement.holds(state)) {
        return std::nullopt;
    }
    return refusal(expected, requirement, state,
                   "To go on with the schema as it is, SET chronos.expect = ''.");
}

bool may_mend() {
    return call([] {
        return backend::owns_database(GetSessionUserId()) || backend::owns_database(GetUserId());
    });
}

void tell(const std::string& expected, const backend::failure& why, bool has_warned) {
    const std::string message = "cannot check whether the schema satisfies \"" + expected + "\"";
    std::string detail = std::string("The reason: ") + why.message + ".";
    if (why.detail[0] != '\0') {
        detail += std::string(" ") + why.detail;
    }
    if (!may_mend()) {
        throw sql_error(kCannotCheck, message, detail,
                        "Ask the owner of the database to mend it, or, to go on without a check, "
                        "SET chronos.expect = ''.");
    }
    if (has_warned) {
        return;
    }
    const char* const texts[] = {message.c_str(), detail.c_str()};
    call([&texts] {
        ereport(WARNING, (errcode(kCannotCheck), errmsg_internal("%s", texts[0]),
                          errdetail_internal("%s", texts[1]),
                          errhint("You may go on, as the owner of the database or a superuser. "
                                  "Other roles cannot, until the reason is mended.")));
    });
}

}  // namespace

bool is_satisfied(const std::string& expected, bool has_warned) {
    std::optional<sql_error> refused;
    backend::failure failed{};
    bool is_known = false;
    try {
        backend::subtransaction part;
        refused = look(expected);
        part.commit();
        is_known = true;
    } catch (const backend::backend_error& error) {
        if (error.sqlstate() == ERRCODE_QUERY_CANCELED) {
            throw;
        }
        backend::describe_current_exception(failed);
    } catch (...) {
        backend::describe_current_exception(failed);
    }
    if (!is_known) {
        tell(expected, failed, has_warned);
    } else if (refused) {
        throw sql_error(*refused);
    }
    return is_known;
}

}  // namespace chronos::gate
