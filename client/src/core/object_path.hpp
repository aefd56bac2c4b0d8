// Names of objects as names of files, and labels as names of git tags.
#pragma once

#include <string>
#include <string_view>

namespace chronos::core {

// "public/table/orders.sql" for table public.orders, "public/trigger/orders.check.sql" for trigger
// check on public.orders, "cast/(integer AS text).sql" for what is in no schema. Different objects
// have different paths, also where case does not count and after a file system has normalized
// letters; none leads out of the folder, is hidden, or has a name that Windows keeps for itself.
[[nodiscard]] std::string object_path(std::string_view kind, std::string_view identity);

// What git accepts below refs/tags/; different labels have different names.
[[nodiscard]] std::string tag_name(std::string_view label);

}  // namespace chronos::core
