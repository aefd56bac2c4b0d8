// Where clusters are looked for.
#pragma once

#include <string>
#include <vector>

#include "guard/inventory.hpp"

namespace chronos::internal::guard {

struct search_place {
    std::string path;
    std::string name;  // "volume shop_data, used by db"; empty: just a folder
    bool orphaned = false;
    bool running = false;  // a container that runs has it
};

// Volumes, and what containers hold themselves.
[[nodiscard]] std::vector<search_place> places_of(const inventory& engine);

}  // namespace chronos::internal::guard
