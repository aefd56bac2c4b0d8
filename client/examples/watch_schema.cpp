// A service that keeps statements prepared, and prepares them anew when the schema has changed.
//     watch_schema [CONSTRAINT [CONNINFO [SECONDS]]]
// It waits for a schema that fits, works as long as it is told to, and ends with 1 if the schema is
// no longer the one it needs.
#include <chronos/check.hpp>
#include <chronos/connection.hpp>
#include <chronos/error.hpp>
#include <chronos/watch.hpp>
#include <iostream>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;

// The work of this example is to count how often it has to prepare.
int serve(const std::string& needed, const std::string& conninfo, std::chrono::seconds time) {
    chronos::connection database(conninfo);
    const auto first = chronos::wait_for(database, needed, 60s);
    std::cout << fmt::format("serving on {}\n", first) << std::flush;

    // The callback runs on the thread of the watch; the loop below only compares a number.
    const auto watching = chronos::watch(conninfo, [](const chronos::schema_version& now) {
        std::cout << fmt::format("the schema is now at {}\n", now) << std::flush;
    });
    std::uint64_t prepared_for = watching.changes();
    for (const auto end = std::chrono::steady_clock::now() + time;
         std::chrono::steady_clock::now() < end; std::this_thread::sleep_for(10ms)) {
        if (watching.changes() == prepared_for) continue;
        prepared_for = watching.changes();
        chronos::require_version(database, needed);
        std::cout << "statements are prepared anew\n" << std::flush;
    }
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    const std::string needed = count > 1 ? arguments[1] : ">=1";
    const std::string conninfo = count > 2 ? arguments[2] : "";  // empty: the PG* variables
    const std::chrono::seconds time(count > 3 ? std::stoi(arguments[3]) : 3600);
    try {
        return serve(needed, conninfo, time);
    } catch (const chronos::error& failure) {
        std::cerr << failure.what() << '\n';
        if (!failure.hint().empty()) std::cerr << failure.hint() << '\n';
        return failure.retryable() ? 75 : 1;
    }
}
