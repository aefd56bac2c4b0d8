// A statement that is planned once a session and run under the newest snapshot.
//
// Always a generic plan: custom plans cost more than the statements, and the catalogue's statistics
// say nothing about the few rows asked for. The newest snapshot: at commit none is active, and that
// of a REPEATABLE READ transaction would not show what others have committed since.
#pragma once

#include "backend/backend.hpp"

extern "C" {
#include <executor/spi.h>
}

namespace chronos::backend {

// A value that may be null.
struct value {
    Datum datum = 0;
    bool is_null = true;

    constexpr value() = default;
    constexpr value(Datum from) : datum(from), is_null(false) {}
};

// Meant for `constinit static` objects; it allocates nothing before its first run.
class plan {
  public:
    static constexpr std::size_t kMost = 24;

    template <typename... Types>
    constexpr explicit plan(const char* sql, Types... types)
        : sql_(sql), types_{static_cast<Oid>(types)...}, count_(sizeof...(types)) {
        static_assert(sizeof...(types) <= kMost);
    }
    plan(const plan&) = delete;
    plan& operator=(const plan&) = delete;

    // Inside an spi connection; the rows are in SPI_tuptable. Returns how many were processed.
    std::uint64_t read(std::initializer_list<value> arguments) { return run(arguments, true); }
    std::uint64_t write(std::initializer_list<value> arguments) { return run(arguments, false); }
    // The transaction gets no snapshot by it: SET TRANSACTION and LOCK TABLE may still come first.
    std::uint64_t read_apart(std::initializer_list<value> arguments) {
        return run(arguments, true, true);
    }

  private:
    std::uint64_t run(std::initializer_list<value> arguments, bool read_only, bool apart = false);
    void prepare();

    const char* sql_;
    std::array<Oid, kMost> types_{};
    int count_;
    SPIPlanPtr plan_ = nullptr;
};

// A column of a row of SPI_tuptable, copied into `into`.
value cell(std::uint64_t row, int column, MemoryContext into);
// The same for use inside call().
value copied_cell(std::uint64_t row, int column, MemoryContext into);

// A text[] in the current memory context.
Datum text_array(const std::vector<std::string>& texts);

// An oid[] in the current memory context.
Datum oid_array(const std::vector<Oid>& oids);
// The other way round; a null array has none.
void append_oids(std::vector<Oid>& to, const value& array);

}  // namespace chronos::backend
