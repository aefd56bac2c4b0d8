// A service that runs a PostgreSQL server, and where its data lies.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compose/image.hpp"
#include "compose/mount.hpp"
#include "compose/project.hpp"

namespace chronos::internal::compose {

struct database_service {
    std::string name;
    place at;
    place image_at;
    std::string image_text;
    std::optional<postgres_image> image;  // nothing: an image of somebody's own
    std::string pgdata;                   // as the service sets it; empty: it does not
    bool pgdata_unresolved = false;
    std::vector<mount> mounts;
    bool inherits = false;  // volumes of other containers, by volumes_from
    bool profiled = false;  // starts only if asked for
};

[[nodiscard]] std::vector<database_service> database_services(const project& of);

enum class data_verdict {
    mounted,           // on `holder`, which stays
    anonymous,         // on a volume without a name that the service asks for
    image_volume,      // on the one that the image's VOLUME makes, without a name either
    writable_layer,    // on none: in the container itself
    memory,            // tmpfs
    temporary_folder,  // bound to a folder of the host that is emptied
};

struct data_place {
    data_verdict verdict = data_verdict::mounted;
    std::string data;               // PGDATA
    std::string right_target;       // where a volume belongs
    const mount* holder = nullptr;  // of the service's mounts
    const mount* decoy = nullptr;   // a mount that was meant to hold the data and does not
};

// `volumes` is what the project declares: a named volume can be in memory, or bound to a folder.
[[nodiscard]] data_place place_of_data(const database_service& service, const image_layout& layout,
                                       const tree* volumes);

}  // namespace chronos::internal::compose
