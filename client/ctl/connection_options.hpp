// -d, -h, -p and -U, as psql has them.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace chronos::ctl {

struct connection_options {
    std::string database;  // a name, a conninfo string or a URI
    std::string host;
    std::string port;
    std::string user;

    void add_to(CLI::App& verb);

    // What libpq understands; empty if everything comes from PG* variables. Settings inside a
    // conninfo string go before -h, -p and -U, as in psql.
    [[nodiscard]] std::string conninfo() const;
};

}  // namespace chronos::ctl
