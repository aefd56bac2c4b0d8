// Snapshots of one database as the engine takes them, but for the definitions: each is compared
// with a full copy of the same state.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cluster/cluster.hpp"
#include "snapshot/exporter.hpp"

namespace chronos::test {

struct taken {
    std::vector<std::string> wrong;   // tables whose rows are not those of the full copy
    std::vector<std::string> reused;  // tables of which something was taken over
    std::uint64_t ranges = 0;
    std::uint64_t reused_ranges = 0;
    std::string reason;  // why there was no base
    std::string tables;  // why each was not taken over: "name: reason; "
};

struct taking_options {
    internal::proof_conditions demanded;
    bool write_marker = true;  // false: as if the server had crashed before
    bool commit = true;
    // Blocks of ranges and tails, so that small tables have many.
    internal::export_options sizes{std::uint64_t{4} * 8192, std::uint64_t{1} * 8192};
    std::string session;  // to be run in each session that reads
    // What others do before the rows are copied, and after, while the locks are held.
    std::function<void()> before_copy;
    std::function<void()> after_copy;
};

// A server on which pages prove something: it keeps its promises to the disk.
class proving_cluster : public cluster {
  public:
    explicit proving_cluster(const std::string& config = {});
    // As create_database, with the extension.
    std::string create();
};

[[nodiscard]] taken take_and_compare(const std::string& conninfo, const std::string& repository,
                                     const taking_options& options = {});

}  // namespace chronos::test
