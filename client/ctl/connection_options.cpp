#include "ctl/connection_options.hpp"

#include <CLI/CLI.hpp>

#include "chronos/error.hpp"

namespace chronos::ctl {

namespace {

// A value of a conninfo string: 'it\'s'.
std::string quoted(const std::string& value) {
    std::string result = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\') result += '\\';
        result += c;
    }
    return result + "'";
}

bool is_uri(const std::string& text) {
    return text.starts_with("postgres://") || text.starts_with("postgresql://");
}

}  // namespace

void connection_options::add_to(CLI::App& verb) {
    const std::string group = "Connection (default: the PG* variables)";
    verb.add_option("-d,--dbname", database, "database name, conninfo string or postgresql:// URI")
        ->type_name("CONNINFO")
        ->group(group);
    verb.add_option("-h,--host", host, "server's host or socket directory")
        ->type_name("HOST")
        ->group(group);
    verb.add_option("-p,--port", port, "server's port")->type_name("PORT")->group(group);
    verb.add_option("-U,--username", user, "role to connect as")->type_name("NAME")->group(group);
}

std::string connection_options::conninfo() const {
    std::string settings;
    const auto add = [&settings](const char* keyword, const std::string& value) {
        if (value.empty()) return;
        if (!settings.empty()) settings += ' ';
        settings += std::string(keyword) + '=' + quoted(value);
    };
    add("host", host);
    add("port", port);
    add("user", user);
    if (is_uri(database)) {
        if (settings.empty()) return database;
        throw error(error_code::usage, "a URI cannot be combined with -h, -p or -U", {},
                    "Put host, port and role into the URI.");
    }
    if (database.find('=') == std::string::npos) {
        add("dbname", database);
        return settings;
    }
    return settings.empty() ? database : settings + ' ' + database;
}

}  // namespace chronos::ctl
