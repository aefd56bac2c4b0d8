// What a service mounts where.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compose/tree.hpp"

namespace chronos::internal::compose {

enum class mount_kind { named, anonymous, bind, tmpfs, other };

struct mount {
    mount_kind kind = mount_kind::other;
    std::string source;  // volume or host path; empty: none
    std::string target;  // without a slash at its end
    bool read_only = false;
    bool unresolved = false;  // holds a variable that is not set
    place at;
    tree written;  // as the file has it
};

// Those of `volumes` and `tmpfs`, in their order.
[[nodiscard]] std::vector<mount> mounts_of(const tree& service);

// "source:target:options" at its colons, but not at those of a variable or a drive letter.
[[nodiscard]] std::vector<std::string> parts_of(std::string_view entry);

// "/a//b/../c/" is "/a/c".
[[nodiscard]] std::string clean_path(std::string_view path);
// The folder itself, or anything in it.
[[nodiscard]] bool is_within(std::string_view path, std::string_view folder);

// Of what is mounted, what holds `path`: the longest target; nothing: none does.
[[nodiscard]] const mount* holder_of(const std::vector<mount>& mounts, std::string_view path);

}  // namespace chronos::internal::compose
