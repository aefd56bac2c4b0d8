#include <algorithm>

#include "chronos/check.hpp"
#include "chronos/connection.hpp"
#include "chronos/error.hpp"
#include "connection/session.hpp"

namespace chronos {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Labels, and the extension itself, come without a word.
constexpr milliseconds kLongest{1000};

class listening {
  public:
    explicit listening(internal::session& on) : session_(on) { session_.listen("chronos_version"); }
    ~listening() {
        try {
            session_.unlisten();
        } catch (const std::exception&) {
            // The connection is gone.
            return;
        }
    }
    listening(const listening&) = delete;
    listening& operator=(const listening&) = delete;

  private:
    internal::session& session_;
};

bool can_change(const error& failure) {
    return failure.code() == error_code::requirement || failure.code() == error_code::not_installed;
}

}  // namespace

schema_version wait_for(connection& database, const version_constraint& constraint,
                        milliseconds timeout) {
    const auto deadline = steady_clock::now() + timeout;
    internal::session& session = database.internal_session();
    const listening to_new_versions(session);
    for (;;) {
        milliseconds left{0};
        try {
            return require_version(database, constraint);
        } catch (const error& failure) {
            left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
            if (!can_change(failure) || left <= milliseconds(0)) throw;
        }
        (void)session.wait(std::min(left, kLongest));
    }
}

}  // namespace chronos
