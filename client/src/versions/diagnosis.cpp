#include "versions/diagnosis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace chronos::internal {

namespace {

// invalid_schema_name, undefined_table, undefined_object: what our functions say of an unknown
// name.
constexpr std::array<std::string_view, 3> kUnknown{"3F000", "42P01", "42704"};

constexpr std::string_view kAmbiguous = "42P09";  // a reference that can mean several versions

// invalid_schema_name, undefined_table, undefined_column, undefined_function, undefined_object and
// undefined_file: the last is a chronos.so that is not there.
constexpr std::array<std::string_view, 6> kMissing{"3F000", "42P01", "42703",
                                                   "42883", "42704", "58P01"};

// The module's version in a way that works without chronos.so, without the function, and in a
// failed state.
std::string read_module(session& on) {
    try {
        return on.query_one("SELECT chronos.library_version()").text(0);
    } catch (const server_error&) {
        return {};
    }
}

[[noreturn]] void throw_not_installed(const session& on, const component_versions& found) {
    const std::string database = session::quote_name(on.database());
    if (found.available.empty()) {
        throw error(error_code::not_installed,
                    fmt::format("extension \"chronos\" is not installed in database {}", database),
                    "The server does not have the package either.",
                    "Install chronos on the server's machine, then run CREATE EXTENSION chronos in "
                    "this database.");
    }
    throw error(
        error_code::not_installed,
        fmt::format("extension \"chronos\" is not installed in database {}", database), {},
        "Run CREATE EXTENSION chronos (or chronosctl init) in this database as a superuser.");
}

}  // namespace

component_versions read_components(session& on) {
    const row found = on.query_one(
        "SELECT current_setting('server_version_num'), current_setting('server_version'),"
        " (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'chronos'),"
        " (SELECT default_version FROM pg_catalog.pg_available_extensions WHERE name = 'chronos')");
    component_versions result;
    result.server_number = static_cast<int>(found.number(0));
    result.server = found.text(1);
    result.server.resize(std::min(result.server.find(' '), result.server.size()));
    result.extension = found.text(2);
    result.available = found.text(3);
    result.library = library_version();
    if (!result.extension.empty()) result.module = read_module(on);
    return result;
}

void demand_extension(std::string_view extension) {
    component_versions found;
    found.extension = extension;
    found.library = library_version();
    for (const component_mismatch& mismatch : mismatches(found)) {
        if (mismatch.fatal) {
            throw error(error_code::wrong_component, mismatch.message, {}, mismatch.hint);
        }
    }
}

void explain(session& on, const server_error& failure) {
    if (failure.sqlstate() == kAmbiguous) {
        throw error(error_code::not_found, failure.what(), failure.detail(), failure.hint());
    }
    if (std::find(kMissing.begin(), kMissing.end(), failure.sqlstate()) == kMissing.end()) {
        throw failure;
    }
    component_versions found;
    try {
        found = read_components(on);
    } catch (const error&) {
        // Inside a failed transaction nothing more can be asked.
        throw failure;
    }
    if (found.extension.empty()) throw_not_installed(on, found);
    for (const component_mismatch& mismatch : mismatches(found)) {
        if (mismatch.fatal) {
            throw error(error_code::wrong_component, mismatch.message, failure.what(),
                        mismatch.hint);
        }
    }
    if (std::find(kUnknown.begin(), kUnknown.end(), failure.sqlstate()) != kUnknown.end()) {
        throw error(error_code::not_found, failure.what(), failure.detail(), failure.hint());
    }
    throw failure;
}

rows ask(session& on, std::string_view sql, const std::vector<value>& parameters) {
    try {
        return on.query(sql, parameters);
    } catch (const server_error& failure) {
        explain(on, failure);
    }
}

}  // namespace chronos::internal
