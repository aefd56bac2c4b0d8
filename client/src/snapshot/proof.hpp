// The conditions under which rows copied earlier are the rows of now, each in one place. The proof
// that they suffice is docs/incremental.md.
#pragma once

#include <string>

#include "repository/manifest.hpp"
#include "snapshot/page_source.hpp"

namespace chronos::internal {

// All are demanded. Tests take one away at a time and see a wrong snapshot: that is how each is
// known to be needed, and to be tested.
struct proof_conditions {
    bool settled = true;
    bool same_pages = true;
    bool same_newest = true;
    bool same_signature = true;
    bool marker = true;
};

// Each returns what is wrong, in words for people; empty: nothing.

// Whether snapshot `base` can be one of an earlier state of what `now` shows. That its history is
// ours is for the marker to say.
[[nodiscard]] std::string why_no_base(const manifest& base, const manifest& now);

// Whether a row of `base` is written out today as it was then, and lies in the same file.
[[nodiscard]] std::string why_other_table(const table_data& base, const table_data& now,
                                          const proof_conditions& demanded);

// Whether no row of the range has changed since.
[[nodiscard]] std::string why_changed(const range_facts& base, const page_facts& now,
                                      const proof_conditions& demanded);

}  // namespace chronos::internal
