// The facts in force of what is being compared, each of which may be paired once with something
// that is there now.
#pragma once

#include <vector>

#include "history/store_tables.hpp"
#include "live/owner.hpp"

namespace chronos::history {

class known_facts {
  public:
    explicit known_facts(const pg_uuid_t& line) : line_(line) {}

    // Reads the facts of one more object: a table may have one as a table and one for its labels.
    void read(const live::object& of);
    [[nodiscard]] bool has_read(const live::object& of) const;

    // The fact of this kind that was read of an object, paired from now on; null if there is none.
    const fact_row* take(const live::object& of, const char* kind);

    // The fact of this name, read or not; null if there is none.
    [[nodiscard]] const fact_row* find_named(const char* kind, const char* identity) const;

    // What was read and is paired with nothing.
    [[nodiscard]] std::vector<const fact_row*> left_over() const;

  private:
    struct entry {
        live::object of;
        fact_rows facts;
        std::vector<bool> paired;
    };

    pg_uuid_t line_;
    std::vector<entry> entries_;
};

}  // namespace chronos::history
