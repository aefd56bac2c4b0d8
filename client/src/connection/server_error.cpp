#include "connection/server_error.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace chronos::internal {
namespace {

constexpr std::array<std::pair<std::string_view, error_code>, 17> kCodes{{
    {"57014", error_code::cancelled},        // query_canceled
    {"55P03", error_code::busy},             // lock_not_available
    {"40001", error_code::busy},             // serialization_failure
    {"40P01", error_code::busy},             // deadlock_detected
    {"53300", error_code::busy},             // too_many_connections
    {"55006", error_code::busy},             // object_in_use
    {"42501", error_code::permission},       // insufficient_privilege
    {"57P01", error_code::connection},       // admin_shutdown
    {"57P02", error_code::connection},       // crash_shutdown
    {"57P03", error_code::connection},       // cannot_connect_now
    {"3D000", error_code::connection},       // invalid_catalog_name
    {"CH001", error_code::requirement},      // ours: see extension/sql
    {"CH003", error_code::repository},       //
    {"CH004", error_code::wrong_component},  //
    {"08", error_code::connection},          // connection_exception
    {"28", error_code::connection},          // invalid_authorization_specification
    {"25P04", error_code::cancelled},        // transaction_timeout
}};

constexpr std::size_t kStateLength = 5;

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
    while (!text.empty() && (text.front() == '\n' || text.front() == ' ')) text.remove_prefix(1);
    return text;
}

std::string quoted(const std::string& name) {
    std::string result = "\"";
    for (char letter : name) {
        if (letter == '"') result += '"';
        result += letter;
    }
    return result + '"';
}

// The address as the server sees it stands in its message: host "192.0.2.7".
std::string address_in(std::string_view message) {
    const auto start = message.find('"');
    if (start == std::string_view::npos) return {};
    const auto end = message.find('"', start + 1);
    if (end == std::string_view::npos) return {};
    const auto word = message.substr(start + 1, end - start - 1);
    if (word.empty() || word.find_first_not_of("0123456789abcdefABCDEF.:") != word.npos) return {};
    return std::string(word);
}

std::string allowing_line(const connection_attempt& attempt) {
    const auto refusal = attempt.message.find("pg_hba.conf");
    const auto seen = address_in(std::string_view(attempt.message).substr(refusal));
    const auto address = seen.empty() ? attempt.address : seen;
    const auto database = quoted(attempt.database);
    const auto user = quoted(attempt.user);
    if (address.empty()) {
        // Who is the same user there as here needs no password.
        const auto* method = attempt.user == attempt.system_user ? "peer" : "scram-sha-256";
        return fmt::format("local  {}  {}  {}", database, user, method);
    }
    const auto* bits = address.find(':') == std::string::npos ? "32" : "128";
    return fmt::format("host  {}  {}  {}/{}  scram-sha-256", database, user, address, bits);
}

}  // namespace

error_code code_of_sqlstate(std::string_view sqlstate) noexcept {
    for (const auto& [state, code] : kCodes) {
        if (sqlstate.starts_with(state)) return code;
    }
    return error_code::database;
}

server_error make_error(const server_report& report) {
    return {code_of_sqlstate(report.sqlstate),
            report.message,
            report.detail,
            report.hint,
            report.sqlstate,
            report.position,
            report.context};
}

server_report parse_report(std::string_view text) {
    server_report report;
    std::string dropped;
    std::string* part = &report.message;
    text = trim(text);
    const auto colon = text.find(":  ");
    if (colon != std::string_view::npos && colon < 20) {
        report.severity = text.substr(0, colon);
        text.remove_prefix(colon + 3);
    }
    const auto state = text.substr(0, kStateLength);
    if (text.substr(state.size()).starts_with(": ") &&
        state.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == state.npos) {
        report.sqlstate = state;
        text.remove_prefix(kStateLength + 2);
    }
    const std::array<std::pair<std::string_view, std::string*>, 6> labels{
        {{"DETAIL:  ", &report.detail},
         {"HINT:  ", &report.hint},
         {"CONTEXT:  ", &dropped},
         {"QUERY:  ", &dropped},
         {"LINE ", &dropped},
         {"LOCATION:  ", &dropped}}};
    while (!text.empty()) {
        auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        for (const auto& [label, target] : labels) {
            if (!line.starts_with(label)) continue;
            part = target;
            line.remove_prefix(label.size());
            break;
        }
        if (!part->empty()) *part += '\n';
        *part += line;
    }
    return report;
}

error connection_error(const connection_attempt& attempt) {
    const auto& message = attempt.message;
    std::string hint;
    if (message.find("pg_hba.conf") != std::string::npos) {
        hint = fmt::format(
            "If it should be allowed, put this line into the server's pg_hba.conf above the one "
            "that "
            "refuses, then run SELECT pg_reload_conf(): {}",
            allowing_line(attempt));
    } else if (message.find("authentication failed") != std::string::npos) {
        hint = "Check the user and the password (PGPASSWORD, ~/.pgpass, or the connection string).";
    } else if (message.find("does not exist") != std::string::npos) {
        hint = "Name the database and the user with -d, or with PGDATABASE and PGUSER.";
    } else {
        hint =
            fmt::format("Is a server running at {} port {}, and is it the one you mean?",
                        attempt.host.empty() ? "the default socket" : attempt.host, attempt.port);
    }
    return {error_code::connection,
            fmt::format("could not connect to database {}", quoted(attempt.database)),
            std::string(trim(message)), hint};
}

}  // namespace chronos::internal
