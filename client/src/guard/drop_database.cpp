#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "chronos/error.hpp"
#include "connection/session.hpp"
#include "guard/verdict.hpp"

namespace chronos::internal::guard {

namespace {

std::string quoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') result += '\\';
        result += c;
    }
    return result + "'";
}

std::string conninfo_of(const command& of) {
    std::string result;
    bool database = false;
    for (const std::string& one : of.options) {
        const auto sign = one.find('=');
        result += one.substr(0, sign + 1) + quoted(one.substr(sign + 1)) + " ";
        database = database || one.starts_with("dbname=");
    }
    return database ? result : result + "dbname=postgres";
}

}  // namespace

void add_database(guard_report& to, const command& of, recovery& snapshots, timestamp now) {
    session server(conninfo_of(of), "chronosctl guard");
    guard_loss loss;
    loss.kind = "database";
    loss.name = of.names.front();
    const auto found = server.query(
        "SELECT oid::bigint, pg_database_size(oid) FROM pg_database WHERE datname = $1",
        {value(loss.name)});
    if (found.empty()) {
        to.notes.push_back(fmt::format("there is no database \"{}\"", loss.name));
        return;
    }
    found_database database;
    database.oid = static_cast<std::uint32_t>(found[0].number(0));
    database.relations = true;
    database.bytes = static_cast<std::uint64_t>(found[0].number(1));
    loss.cluster.bytes = database.bytes;
    loss.cluster.databases = {database};
    loss.cluster.running = liveness::running;
    loss.cluster.running_because = "it answers";
    loss.cluster.major = std::to_string(server.server_version() / 10000);
    const auto allowed = server.query_one(
        "SELECT has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE'), "
        "pg_has_role('pg_read_all_settings', 'USAGE') OR "
        "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user)");
    if (allowed.flag(0)) {
        loss.cluster.system_identifier =
            server.query_one("SELECT system_identifier FROM pg_control_system()").text(0);
    } else {
        loss.cluster.problem = "the role may not call pg_control_system()";
    }
    if (allowed.flag(1))
        loss.cluster.path = server.query_one("SELECT current_setting('data_directory')").text(0);
    // A path of the server's machine, which may be another one, or a container.
    std::error_code failure;
    if (std::filesystem::exists(std::filesystem::path(loss.cluster.path) / "PG_VERSION", failure))
        loss.path = loss.cluster.path;
    loss.cluster_known = true;
    snapshots.judge(loss, loss.path, now);
    to.losses.push_back(std::move(loss));
}

}  // namespace chronos::internal::guard
