// One writer of one snapshot, into one or more repositories at once.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "repository/manifest.hpp"
#include "repository/storage.hpp"

namespace chronos::internal {

struct packed_object;

// Holds the shared lock of every repository. put_object may be called from several threads at once;
// everything else from one thread. Destroyed without commit, it takes away what it made, as far as
// no other writer can be using it; what it must leave is taken away by a later writer.
class writing_session {
  public:
    // Throws as repository::open; busy if a repository is being swept for too long.
    explicit writing_session(const std::vector<std::string>& urls);
    explicit writing_session(std::vector<std::shared_ptr<storage>> repositories);
    ~writing_session();

    writing_session(const writing_session&) = delete;
    writing_session& operator=(const writing_session&) = delete;

    // Stored in every repository when it returns. After an exception the session can only be
    // destroyed.
    [[nodiscard]] object_ref put_object(std::string_view plain);
    // Likewise, of one that somebody else has compressed and named.
    void put_object(const packed_object& object);

    // An object of an earlier snapshot becomes one of this snapshot without its bytes. False if a
    // repository lacks it, or has it with another size: then it has to be put.
    [[nodiscard]] bool keep_object(const object_ref& ref);

    // The newest snapshot in the first repository that `wanted` is true of. What it names stays
    // while this session lives.
    [[nodiscard]] std::optional<manifest> newest(
        const std::function<bool(const manifest&)>& wanted) const;

    // Makes all objects durable, then the manifest visible, in every repository. If that fails in
    // one, the snapshot is in none. Throws error_code::refused if the id exists already.
    void commit(const manifest& of);

    // Bytes of new objects, in one repository.
    [[nodiscard]] std::uint64_t created_bytes() const noexcept { return created_bytes_; }

  private:
    struct target;

    void open();
    void give_back() noexcept;

    std::vector<std::unique_ptr<target>> targets_;
    std::string writer_;
    std::atomic<std::uint64_t> created_bytes_ = 0;
    bool committed_ = false;
};

}  // namespace chronos::internal
