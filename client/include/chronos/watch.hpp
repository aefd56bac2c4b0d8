// To hear of every new schema version.
#pragma once

#include <chrono>
#include <chronos/error.hpp>
#include <chronos/export.hpp>
#include <chronos/version.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace chronos {

struct watch_options {
    // How often to look, and to see whether the connection still lives, when nothing is heard.
    std::chrono::milliseconds heartbeat{30'000};
    // The pause before a lost connection is opened again: at first, and at most.
    std::chrono::milliseconds first_pause{100};
    std::chrono::milliseconds longest_pause{5'000};
};

// Follows the schema of one database, over a connection and a thread of its own. A lost connection
// is opened again, for ever; what happened meanwhile is seen then. Several versions that come close
// together may be told as one, the newest.
//
// Movable, not copyable. Thread-safety: all members may be called from any thread. Callbacks run
// one after the other on the thread of the watch; one that throws is told to on_trouble(). They may
// call any member but the destructor.
class CHRONOS_EXPORT version_watch {
  public:
    using callback = std::function<void(const schema_version&)>;
    using trouble_callback = std::function<void(const error&)>;

    // Calls `call`, if there is one, with every version that comes after the present one. Connects,
    // and throws what connection and current_version() throw; later troubles go to on_trouble().
    explicit version_watch(const std::string& conninfo, callback call = {},
                           const watch_options& options = {});
    // Ends the thread; waits for a callback that runs.
    ~version_watch();
    version_watch(version_watch&&) noexcept;
    version_watch& operator=(version_watch&&) noexcept;
    version_watch(const version_watch&) = delete;
    version_watch& operator=(const version_watch&) = delete;

    // Also called for what changes from now on. There is no way to take one back.
    void on_change(callback call);
    // A lost connection (which is retryable()), a dropped extension, a callback that threw.
    void on_trouble(trouble_callback call);

    // What was seen last.
    [[nodiscard]] schema_version current() const;
    // Rises with every change, so that the owner of prepared statements need only compare. Costs a
    // look into memory.
    [[nodiscard]] std::uint64_t changes() const noexcept;
    [[nodiscard]] bool is_connected() const noexcept;

    // Nothing is called any more; also from a callback. The destructor does it as well.
    void stop() noexcept;

  private:
    struct state;
    std::unique_ptr<state> state_;
};

[[nodiscard]] CHRONOS_EXPORT version_watch watch(const std::string& conninfo,
                                                 version_watch::callback call,
                                                 const watch_options& options = {});

}  // namespace chronos
