// A compose project: its files put together, with `extends` and `include` followed.
#pragma once

#include <string>
#include <vector>

#include "chronos/compose.hpp"
#include "compose/tree.hpp"

namespace chronos::internal::compose {

// What could not be followed; the check goes on without it.
struct unread {
    place at;
    std::string service;
    std::string what;
};

struct project {
    tree root;  // services, volumes, name, ...
    std::string name;
    std::vector<unread> missing;
};

[[nodiscard]] project load_project(const std::vector<compose_file>& files,
                                   const compose_options& options);

// `environment` of a service, whichever way it is written. A variable without a value is taken from
// the surroundings, which are not known here: it is left out.
[[nodiscard]] tree environment_of(const tree& service);

}  // namespace chronos::internal::compose
