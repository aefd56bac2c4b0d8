#include "restore/roles.hpp"

#include <fmt/format.h>

#include <set>

namespace chronos::internal {
namespace {

// The name that a text begins with, without its quotes, and what follows.
std::string take_name(std::string_view& text) {
    std::string name;
    if (!text.starts_with('"')) {
        const auto end = text.find_first_of(" ;\n");
        name = text.substr(0, end);
        text.remove_prefix(std::min(text.size(), name.size()));
        return name;
    }
    text.remove_prefix(1);
    while (!text.empty()) {
        if (text.starts_with("\"\"")) {
            name += '"';
            text.remove_prefix(2);
        } else if (text.starts_with('"')) {
            text.remove_prefix(1);
            break;
        } else {
            name += text.front();
            text.remove_prefix(1);
        }
    }
    return name;
}

// The role that a statement of pg_dumpall changes; empty if it is about something else.
std::string role_of(std::string_view text) {
    for (const std::string_view start : {"CREATE ROLE ", "ALTER ROLE ", "COMMENT ON ROLE "}) {
        if (!text.starts_with(start)) continue;
        text.remove_prefix(start.size());
        return take_name(text);
    }
    // GRANT group TO member: it is the member's.
    if (text.starts_with("GRANT ")) {
        text.remove_prefix(6);
        (void)take_name(text);
        if (!text.starts_with(" TO ")) return {};
        text.remove_prefix(4);
        return take_name(text);
    }
    return {};
}

std::set<std::string> existing_roles(session& on) {
    std::set<std::string> names;
    for (const auto& line : on.query("SELECT rolname FROM pg_roles")) names.insert(line.text(0));
    return names;
}

}  // namespace

std::vector<std::string> create_missing_roles(session& on, std::string_view globals,
                                              const warn_function& warn) {
    const auto existing = existing_roles(on);
    std::vector<std::string> created;
    for (const auto& statement : read_dump_script(globals)) {
        const auto role = role_of(statement.text);
        if (role.empty() || existing.contains(role)) continue;
        try {
            on.execute(statement.text);
            if (statement.text.starts_with("CREATE ROLE ")) created.push_back(role);
        } catch (const server_error& failure) {
            if (failure.code() == error_code::connection ||
                failure.code() == error_code::cancelled) {
                throw;
            }
            // Not the statement itself: it can hold a password.
            warn(fmt::format("role \"{}\" is not as in the snapshot: {}", role, failure.what()));
        }
    }
    return created;
}

}  // namespace chronos::internal
