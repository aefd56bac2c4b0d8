#include "repository/storage.hpp"

#include <chrono>
#include <thread>

#include "chronos/error.hpp"
#include "repository/directory_storage.hpp"

namespace chronos::internal {

std::shared_ptr<storage> open_storage(const std::string& url, access_mode mode) {
    return std::make_shared<directory_storage>(parse_repository_url(url), mode);
}

std::unique_ptr<storage_lock> lock_shared(storage& of) {
    constexpr auto kPause = std::chrono::milliseconds(50);
    constexpr int kTries = 1200;
    for (int i = 0; i < kTries; ++i) {
        if (auto lock = of.try_lock(lock_mode::shared)) return lock;
        std::this_thread::sleep_for(kPause);
    }
    throw error(error_code::busy, "repository \"" + of.url() + "\" is being swept",
                "Another process holds its lock.", "Try again when that process has ended.");
}

std::unique_ptr<storage_lock> lock_exclusive(storage& of) {
    if (auto lock = of.try_lock(lock_mode::exclusive)) return lock;
    throw error(error_code::busy, "repository \"" + of.url() + "\" is in use",
                "A snapshot, a restore or a verification works with it.",
                "Try again when it has ended.");
}

std::string object_key(std::string_view object_name) {
    return "objects/" + std::string(object_name.substr(0, 2)) + "/" + std::string(object_name);
}

std::string manifest_key(std::string_view snapshot_id) {
    return "snapshots/" + std::string(snapshot_id) + ".json";
}

}  // namespace chronos::internal
