// A reader of one repository; nothing it can see is taken away while it lives.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "chronos/repository.hpp"
#include "repository/manifest.hpp"
#include "repository/storage.hpp"

namespace chronos::internal {

// get_object may be called from several threads at once.
class reading_session {
  public:
    explicit reading_session(const std::string& url);
    explicit reading_session(std::shared_ptr<storage> from);

    [[nodiscard]] manifest find(const snapshot_selector& selector);

    // Checks size and hash. Throws error_code::damaged that names the object. `out` is reused.
    void get_object(const object_ref& ref, std::string& out);
    [[nodiscard]] std::string get_object(const object_ref& ref);

    [[nodiscard]] const std::shared_ptr<storage>& source() const noexcept { return storage_; }

  private:
    std::shared_ptr<storage> storage_;
    std::unique_ptr<storage_lock> lock_;
};

// The manifest of one snapshot. Throws error_code::not_found or damaged.
[[nodiscard]] manifest load_manifest(storage& from, const std::string& id);

// Sorted.
[[nodiscard]] std::vector<std::string> snapshot_ids(storage& from);

// Every snapshot, oldest first; those that cannot be read with their damage.
[[nodiscard]] std::vector<snapshot_summary> list_snapshots(storage& from);

[[nodiscard]] snapshot_summary summarize(const manifest& of);

}  // namespace chronos::internal
