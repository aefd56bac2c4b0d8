// Where the files of a repository lie: a directory today, a bucket later. Every kind must pass
// tests/unit/storage_conformance_test.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chronos::internal {

// Held as long as it lives.
class storage_lock {
  public:
    virtual ~storage_lock() = default;
};

enum class lock_mode { shared, exclusive };

struct stored_file {
    std::string key;
    std::uint64_t bytes = 0;

    friend bool operator==(const stored_file&, const stored_file&) = default;
};

// Keys are relative paths that chronos makes itself: "format.json", "objects/ab/<64 hex>",
// "snapshots/<id>.json", "forgotten/<time>-<id>.json". All members may be called from several
// threads at once. Failures are chronos::error: space (device full), permission, repository
// (anything else).
class storage {
  public:
    virtual ~storage() = default;

    [[nodiscard]] virtual const std::string& url() const noexcept = 0;

    // The whole file, or nothing if there is none. `out` is reused; its former contents are lost.
    [[nodiscard]] virtual bool get(const std::string& key, std::string& out) = 0;

    [[nodiscard]] virtual std::optional<std::uint64_t> size(const std::string& key) = 0;

    // All or nothing: nobody ever sees a part of a file, not even after a crash. False, and nothing
    // is changed, if the key exists. The contents are durable afterwards; that the key exists is
    // durable after sync().
    [[nodiscard]] virtual bool put(const std::string& key, std::string_view contents) = 0;

    // As put of a key that exists: true if it does and has so many bytes. That it exists is durable
    // after sync().
    [[nodiscard]] virtual bool hold(const std::string& key, std::uint64_t bytes) = 0;

    // As put, but takes the place of what is there. Only for an object found damaged.
    virtual void replace(const std::string& key, std::string_view contents) = 0;

    // Makes everything that was put durable, by whichever thread.
    virtual void sync() = 0;

    // Makes durable what is in "snapshots" and "forgotten", and what was removed there by anybody.
    virtual void sync_manifests() = 0;

    // True if it was there.
    virtual bool remove(const std::string& key) = 0;

    // Every name below "objects", "snapshots" or "forgotten", in no particular order. What is no
    // file counts as empty.
    virtual void list(const std::string& folder,
                      const std::function<void(const stored_file&)>& visit) = 0;

    // Nothing if somebody holds a lock that excludes this one. Never waits.
    [[nodiscard]] virtual std::unique_ptr<storage_lock> try_lock(lock_mode mode) = 0;

    // A list of keys that this writer made, kept until `forget_journal`, so that a later writer can
    // take them away if this one is killed. Best effort: not synced.
    virtual void journal(const std::string& writer, const std::string& key) = 0;
    [[nodiscard]] virtual std::vector<std::string> journals() = 0;
    [[nodiscard]] virtual std::vector<std::string> read_journal(const std::string& writer) = 0;
    virtual void forget_journal(const std::string& writer) = 0;

    // Removes half-written files. Only under the exclusive lock.
    virtual void sweep_unfinished() = 0;
};

// Opens an existing repository and checks its format. Throws as repository::open.
enum class access_mode { read, write };
[[nodiscard]] std::shared_ptr<storage> open_storage(const std::string& url, access_mode mode);

// A lock that excludes everybody else. Throws error_code::busy if there is somebody.
[[nodiscard]] std::unique_ptr<storage_lock> lock_exclusive(storage& of);

// Waits up to a minute for a lock that excludes readers and writers; they are held briefly.
// Throws error_code::busy.
[[nodiscard]] std::unique_ptr<storage_lock> lock_shared(storage& of);

[[nodiscard]] std::string object_key(std::string_view object_name);
[[nodiscard]] std::string manifest_key(std::string_view snapshot_id);

}  // namespace chronos::internal
