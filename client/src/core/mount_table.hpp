// /proc/self/mountinfo as values, and which mount a path lies on. See proc_pid_mountinfo(5):
//
//   id parent major:minor root mountpoint options [tag[:value] ...] - type source superoptions
//
// Blanks, tabs, newlines and backslashes in names stand as \040 \011 \012 \134.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chronos::core {

// A plain value.
struct mount {
    int id = 0;
    int parent = 0;
    std::string device;  // major:minor
    std::string root;    // of the mount inside its file system
    std::string point;   // where it is mounted
    std::string type;
    std::string source;
    std::string super_options;

    friend bool operator==(const mount&, const mount&) = default;
};

// A plain value; safe to share.
class mount_table {
  public:
    // Lines that cannot be read are left out: newer kernels may write others.
    [[nodiscard]] static mount_table parse(std::string_view text);

    [[nodiscard]] const std::vector<mount>& mounts() const noexcept { return mounts_; }

    // The mount that an absolute path without symbolic links lies on; none if the table is empty.
    // Mounts that later ones hide do not count.
    [[nodiscard]] const mount* find(std::string_view path) const;

    // The mount at exactly this place that can be seen, if there is one.
    [[nodiscard]] const mount* at(std::string_view point) const;

  private:
    [[nodiscard]] const mount* root() const;
    [[nodiscard]] const mount* above(const mount& below, std::string_view point) const;
    [[nodiscard]] const mount* last_with_longest_prefix(std::string_view path) const;

    std::vector<mount> mounts_;
};

// Whether `path` is `folder` or lies below it.
[[nodiscard]] bool lies_under(std::string_view path, std::string_view folder) noexcept;

}  // namespace chronos::core
