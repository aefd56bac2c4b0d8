// A service that refuses to start on a schema it was not built for.
//     check_at_startup [CONSTRAINT [CONNINFO]]
#include <chronos/check.hpp>
#include <chronos/connection.hpp>
#include <chronos/error.hpp>
#include <iostream>
#include <string>

int main(int count, char** arguments) {
    const std::string needed = count > 1 ? arguments[1] : ">=1";
    const std::string conninfo = count > 2 ? arguments[2] : "";  // empty: the PG* variables
    try {
        chronos::connection database(conninfo);
        const auto version = chronos::require_version(database, needed);
        std::cout << fmt::format("serving on {} ({})\n", version, version.fingerprint.brief());
        return 0;
    } catch (const chronos::error& failure) {
        std::cerr << failure.what() << '\n';
        if (!failure.detail().empty()) std::cerr << failure.detail() << '\n';
        if (!failure.hint().empty()) std::cerr << failure.hint() << '\n';
        // 75: an init system may try again, since nobody has to change anything for that.
        return failure.retryable() ? 75 : 1;
    }
}
