#include "connection/raw_connection.hpp"

#include <pwd.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <vector>

#include "connection/server_error.hpp"

namespace chronos::internal {
namespace {

std::string text_of(const char* text) { return text == nullptr ? std::string() : text; }

std::string system_user() {
    const passwd* const entry = getpwuid(geteuid());
    return entry == nullptr ? std::string() : text_of(entry->pw_name);
}

[[noreturn]] void fail(PGconn* connection) {
    connection_attempt attempt{text_of(PQerrorMessage(connection)),
                               text_of(PQhost(connection)),
                               text_of(PQhostaddr(connection)),
                               text_of(PQport(connection)),
                               text_of(PQuser(connection)),
                               text_of(PQdb(connection)),
                               system_user()};
    PQfinish(connection);
    throw connection_error(attempt);
}

}  // namespace

PGconn* open_connection(const std::string& conninfo, const overrides& chosen) {
    std::vector<const char*> names{"dbname", "fallback_application_name", "client_encoding"};
    std::vector<const char*> values{conninfo.c_str(), "chronos", "UTF8"};
    for (const auto& [name, value] : chosen) {
        names.push_back(name.c_str());
        values.push_back(value.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    PGconn* connection = PQconnectdbParams(names.data(), values.data(), 1);
    if (connection == nullptr) throw std::bad_alloc();
    if (PQstatus(connection) != CONNECTION_OK) fail(connection);
    return connection;
}

overrides reached_server(const PGconn* connection) {
    overrides result;
    const auto keep = [&](const char* name, const char* value) {
        if (value != nullptr && *value != '\0') result[name] = value;
    };
    keep("host", PQhost(connection));
    if (text_of(PQhost(connection)).find('/') != 0) keep("hostaddr", PQhostaddr(connection));
    keep("port", PQport(connection));
    keep("dbname", PQdb(connection));
    keep("user", PQuser(connection));
    return result;
}

namespace {

using conninfo_options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

bool is_conninfo(const std::string& text) {
    return text.find('=') != std::string::npos || text.starts_with("postgres://") ||
           text.starts_with("postgresql://");
}

conninfo_options parsed(const std::string& conninfo) {
    char* reason = nullptr;
    conninfo_options given(PQconninfoParse(conninfo.c_str(), &reason), &PQconninfoFree);
    const std::unique_ptr<char, decltype(&PQfreemem)> owned(reason, &PQfreemem);
    if (!given) {
        throw error(error_code::usage, "the connection string cannot be read", text_of(reason));
    }
    return given;
}

}  // namespace

std::string named_database(const std::string& conninfo) {
    const auto find = [](const conninfo_options& in, std::string_view keyword) {
        for (auto* option = in.get(); option != nullptr && option->keyword != nullptr; ++option) {
            if (option->keyword == keyword) return text_of(option->val);
        }
        return std::string();
    };
    if (!is_conninfo(conninfo) && !conninfo.empty()) return conninfo;
    const conninfo_options given = parsed(conninfo);
    const conninfo_options defaults(PQconndefaults(), &PQconninfoFree);
    for (const auto* keyword : {"dbname", "user"}) {
        if (auto name = find(given, keyword); !name.empty()) return name;
        if (auto name = find(defaults, keyword); !name.empty()) return name;
    }
    return "postgres";
}

std::string conninfo_with(const std::string& conninfo, std::string_view keyword,
                          std::string_view value) {
    std::map<std::string, std::string> settings;
    if (is_conninfo(conninfo)) {
        const conninfo_options given = parsed(conninfo);
        for (auto* option = given.get(); option->keyword != nullptr; ++option) {
            if (option->val != nullptr) settings[option->keyword] = option->val;
        }
    }
    settings[std::string(keyword)] = value;
    std::string result;
    for (const auto& [name, text] : settings) {
        result += (result.empty() ? "" : " ") + name + "='";
        for (const char c : text) {
            if (c == '\'' || c == '\\') result += '\\';
            result += c;
        }
        result += '\'';
    }
    return result;
}

std::map<std::string, std::string> environment_of(PGconn* connection) {
    std::map<std::string, std::string> result;
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfo(connection), &PQconninfoFree);
    for (auto* option = options.get(); option != nullptr && option->keyword != nullptr; ++option) {
        if (option->envvar != nullptr && option->val != nullptr && *option->val != '\0') {
            result[option->envvar] = option->val;
        }
    }
    const auto reached = reached_server(connection);
    for (const auto& [name, variable] :
         std::initializer_list<std::pair<const char*, const char*>>{{"host", "PGHOST"},
                                                                    {"hostaddr", "PGHOSTADDR"},
                                                                    {"port", "PGPORT"},
                                                                    {"dbname", "PGDATABASE"},
                                                                    {"user", "PGUSER"}}) {
        const auto found = reached.find(name);
        if (found != reached.end()) result[variable] = found->second;
    }
    result.erase("PGSERVICE");
    result.erase("PGCLIENTENCODING");
    result.erase("PGTARGETSESSIONATTRS");
    // The gate is for applications: what copies or mends a database works on any schema.
    std::string& settings = result["PGOPTIONS"];
    settings += settings.empty() ? "-c chronos.expect=" : " -c chronos.expect=";
    if (const char* password = PQpass(connection); password != nullptr && *password != '\0') {
        result["PGPASSWORD"] = password;
    }
    return result;
}

std::string pinned_settings(int server_version, bool sql_ascii) {
    std::string settings =
        "SET standard_conforming_strings = on; SET search_path = ''; SET DateStyle = 'ISO, YMD';"
        "SET IntervalStyle = 'postgres'; SET TimeZone = 'UTC'; SET extra_float_digits = 3;"
        "SET bytea_output = 'hex'; SET xmlbinary = 'base64'; SET xmloption = 'content';"
        "SET quote_all_identifiers = off; SET array_nulls = on; SET transform_null_equals = off;"
        "SET escape_string_warning = off; SET backslash_quote = safe_encoding;"
        "SET default_transaction_read_only = off; SET default_transaction_deferrable = off;"
        "SET default_transaction_isolation = 'read committed';"
        "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_session_timeout = 0;"
        "SET idle_in_transaction_session_timeout = 0; SET default_tablespace = '';"
        "SET synchronize_seqscans = off; SET jit = off; SET client_min_messages = notice;"
        "SET row_security = on; SET check_function_bodies = on; SET enable_tidscan = on;"
        "SET chronos.expect = '';";
    if (server_version >= 170000) settings += "SET transaction_timeout = 0;";
    // Nothing is converted in an SQL_ASCII database, but bytes that are not UTF-8 would be refused.
    settings += sql_ascii ? "SET client_encoding = 'SQL_ASCII';" : "SET client_encoding = 'UTF8';";
    return settings;
}

}  // namespace chronos::internal
