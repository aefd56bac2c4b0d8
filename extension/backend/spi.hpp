// SQL from inside the server, with values that C++ owns.
#pragma once

#include "backend/backend.hpp"

namespace chronos::backend {

// One argument of a statement; the Datum is allocated in the current memory context.
struct argument {
    Oid type;
    Datum value;
    bool is_null;

    static argument text(std::string_view value);
    static argument text_or_null(const std::optional<std::string>& value);
    static argument bigint(std::int64_t value);
    static argument oid(Oid value);
    static argument boolean(bool value);
};

using row = std::vector<std::optional<std::string>>;

// An SPI connection. close() it on the good path; when an exception is in flight the
// (sub)transaction abort releases it.
class spi {
  public:
    spi();
    ~spi() = default;
    spi(const spi&) = delete;
    spi& operator=(const spi&) = delete;

    // Runs one statement and returns its rows as text. The caller sees to a safe search_path
    // (settings_scope) and to an active snapshot.
    std::vector<row> query(const char* sql, const std::vector<argument>& arguments = {},
                           bool read_only = false);

    // Runs one statement for its effect; the number of rows processed.
    std::uint64_t execute(const char* sql, const std::vector<argument>& arguments = {});

    void close();
};

}  // namespace chronos::backend
