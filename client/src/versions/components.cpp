#include "chronos/components.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

#include "chronos/connection.hpp"
#include "versions/diagnosis.hpp"

namespace chronos {

namespace {

using number = std::array<int, 3>;  // major, minor, patch

std::optional<number> parse(std::string_view text) {
    number result{};
    for (std::size_t i = 0; i < result.size(); ++i) {
        const auto [end, failure] =
            std::from_chars(text.data(), text.data() + text.size(), result[i]);
        if (failure != std::errc() || result[i] < 0) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        const bool last = i + 1 == result.size();
        if (last ? !text.empty() : !text.starts_with('.')) return std::nullopt;
        if (!last) text.remove_prefix(1);
    }
    return result;
}

// What a new patch release may not change. While the major version is 0, the minor one counts.
number interface_of(const number& version) {
    return {version[0], version[0] == 0 ? version[1] : 0, 0};
}

bool fit(std::string_view one, std::string_view other) {
    const auto first = parse(one);
    const auto second = parse(other);
    if (!first || !second) return one == other;
    return interface_of(*first) == interface_of(*second);
}

// A version that is none counts as the older one.
bool older(std::string_view one, std::string_view other) {
    return parse(one).value_or(number{}) < parse(other).value_or(number{});
}

component_mismatch library_mismatch(const component_versions& found) {
    if (older(found.extension, found.library)) {
        const bool package_is_new =
            found.available.empty() || !older(found.available, found.library);
        return {fmt::format(
                    "extension \"chronos\" is of version {}, older than this library of version {}",
                    found.extension, found.library),
                package_is_new ? "Run ALTER EXTENSION chronos UPDATE in this database."
                               : "Upgrade the package chronos on the server's machine, then run "
                                 "ALTER EXTENSION chronos UPDATE.",
                true};
    }
    return {
        fmt::format("this library is of version {}, older than extension \"chronos\" of version {}",
                    found.library, found.extension),
        "Upgrade libchronos and chronosctl on this machine.", true};
}

component_mismatch module_mismatch(const component_versions& found) {
    if (older(found.module, found.extension)) {
        return {fmt::format("the server's chronos.so is of version {}, older than extension "
                            "\"chronos\" of version {}",
                            found.module, found.extension),
                "Upgrade the package chronos on the server's machine and connect again; restart "
                "the server if "
                "chronos is in shared_preload_libraries.",
                true};
    }
    return {fmt::format("extension \"chronos\" is of version {}, older than the server's "
                        "chronos.so of version {}",
                        found.extension, found.module),
            "Run ALTER EXTENSION chronos UPDATE in this database.", false};
}

}  // namespace

std::string_view library_version() noexcept { return CHRONOS_VERSION; }

component_versions components(connection& database) {
    return internal::read_components(database.internal_session());
}

std::vector<component_mismatch> mismatches(const component_versions& components) {
    std::vector<component_mismatch> result;
    if (components.extension.empty()) return result;
    if (!fit(components.extension, components.library)) {
        result.push_back(library_mismatch(components));
    }
    if (!components.module.empty() && components.module != components.extension) {
        result.push_back(module_mismatch(components));
    }
    return result;
}

bool install_extension(connection& database) {
    auto& session = database.internal_session();
    const bool present =
        session
            .query_one(
                "SELECT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'chronos')")
            .flag(0);
    if (present) return false;
    try {
        session.execute("CREATE EXTENSION chronos");
    } catch (const internal::server_error& failure) {
        if (failure.sqlstate() == "58P01" || failure.sqlstate() == "0A000") {
            throw error(
                error_code::not_installed, "the server does not have the package chronos",
                failure.what(),
                "Install chronos on the server's machine, for this major version of PostgreSQL.");
        }
        if (failure.sqlstate() == "42501") {
            throw error(error_code::permission, failure.what(), failure.detail(),
                        "Connect as a superuser (-U postgres).");
        }
        throw;
    }
    return true;
}

}  // namespace chronos
