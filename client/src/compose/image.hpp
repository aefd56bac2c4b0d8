// What an image reference says about PostgreSQL: whose image, which major, where the data lies.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chronos::internal::compose {

// Where an image keeps its data unless PGDATA says otherwise.
struct image_layout {
    std::string data;                // PGDATA of the image
    std::string volume;              // its VOLUME; empty: the image declares none
    std::vector<std::string> known;  // where people mount volumes for this kind of image
};

struct postgres_image {
    std::string repository;    // "timescale/timescaledb", without a registry
    std::optional<int> major;  // nothing: the reference does not tell
    bool floating = false;     // no tag, or "latest": the next pull may bring another major
    bool digest = false;       // pinned by digest
    // One if the major is known or does not matter; else the old one and that of 18 and later.
    std::vector<image_layout> layouts;
};

// Nothing if it is no image that is known to be a PostgreSQL server. `complete` is false if a
// variable of the reference is not known.
[[nodiscard]] std::optional<postgres_image> recognise_image(std::string_view reference,
                                                            bool complete = true);

}  // namespace chronos::internal::compose
