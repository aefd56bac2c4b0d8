#include "chronos/watch.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "chronos/connection.hpp"
#include "connection/session.hpp"

namespace chronos {

namespace {

bool is_other(const schema_version& left, const schema_version& right) {
    return left.timeline != right.timeline || left.number != right.number ||
           left.fingerprint != right.fingerprint;
}

}  // namespace

struct version_watch::state {
    state(std::string to, const watch_options& chosen) : conninfo(std::move(to)), options(chosen) {}

    void start();
    void stop() noexcept;

    // On the thread of the watch.
    void open();
    void close() noexcept;
    void run();
    void follow(std::chrono::milliseconds& next_pause);
    void note(const schema_version& now);
    void tell(const error& failure);
    // False if it is to stop.
    bool pause(std::chrono::milliseconds time);

    const std::string conninfo;
    const watch_options options;
    std::atomic<std::uint64_t> changes = 0;
    std::atomic<bool> is_connected = false;

    mutable std::mutex lock;  // of what follows
    std::condition_variable stopped;
    bool is_stopping = false;
    schema_version last;
    std::vector<callback> listeners;
    std::vector<trouble_callback> troubled;
    std::optional<connection> database;  // made and unmade by the watch's thread

    std::thread thread;
};

void version_watch::state::open() {
    connection made(conninfo);
    made.internal_session().listen("chronos_version");
    const std::scoped_lock held(lock);
    database.emplace(std::move(made));
    is_connected = true;
}

void version_watch::state::close() noexcept {
    const std::scoped_lock held(lock);
    is_connected = false;
    database.reset();
}

void version_watch::state::start() {
    open();
    last = current_version(*database);
    thread = std::thread([this] { run(); });
}

void version_watch::state::stop() noexcept {
    {
        const std::scoped_lock held(lock);
        is_stopping = true;
        if (database) database->internal_session().stop_waiting();
    }
    stopped.notify_all();
}

bool version_watch::state::pause(std::chrono::milliseconds time) {
    std::unique_lock held(lock);
    return !stopped.wait_for(held, time, [this] { return is_stopping; });
}

void version_watch::state::note(const schema_version& now) {
    std::vector<callback> called;
    {
        const std::scoped_lock held(lock);
        if (is_stopping || !is_other(last, now)) return;
        last = now;
        called = listeners;
    }
    ++changes;
    for (const callback& each : called) {
        try {
            each(now);
        } catch (const std::exception& failure) {
            tell(error(error_code::internal,
                       fmt::format("a callback of the watch failed: {}", failure.what())));
        }
    }
}

void version_watch::state::tell(const error& failure) {
    std::vector<trouble_callback> called;
    {
        const std::scoped_lock held(lock);
        if (is_stopping) return;
        called = troubled;
    }
    for (const trouble_callback& each : called) {
        try {
            each(failure);
        } catch (const std::exception&) {
            // There is nobody left to tell.
            continue;
        }
    }
}

void version_watch::state::follow(std::chrono::milliseconds& next_pause) {
    do {
        note(current_version(*database));
        next_pause = options.first_pause;
        (void)database->internal_session().wait(options.heartbeat);
    } while (pause(std::chrono::milliseconds(0)));
}

void version_watch::state::run() {
    auto next_pause = options.first_pause;
    do {
        try {
            if (!database) open();
            follow(next_pause);
        } catch (const error& failure) {
            tell(failure);
        } catch (const std::exception& failure) {
            tell(error(error_code::internal, failure.what()));
        }
        close();
        const auto time = next_pause;
        next_pause = std::min(next_pause * 2, options.longest_pause);
        if (!pause(time)) return;
    } while (true);
}

version_watch::version_watch(const std::string& conninfo, callback call,
                             const watch_options& options)
    : state_(std::make_unique<state>(conninfo, options)) {
    if (call) state_->listeners.push_back(std::move(call));
    state_->start();
}

version_watch::~version_watch() {
    if (state_ == nullptr) return;
    state_->stop();
    if (state_->thread.joinable()) state_->thread.join();
}

version_watch::version_watch(version_watch&&) noexcept = default;

version_watch& version_watch::operator=(version_watch&& other) noexcept {
    // What is left in `other` ends with it.
    std::swap(state_, other.state_);
    return *this;
}

void version_watch::on_change(callback call) {
    const std::scoped_lock held(state_->lock);
    state_->listeners.push_back(std::move(call));
}

void version_watch::on_trouble(trouble_callback call) {
    const std::scoped_lock held(state_->lock);
    state_->troubled.push_back(std::move(call));
}

schema_version version_watch::current() const {
    const std::scoped_lock held(state_->lock);
    return state_->last;
}

std::uint64_t version_watch::changes() const noexcept { return state_->changes; }

bool version_watch::is_connected() const noexcept { return state_->is_connected; }

void version_watch::stop() noexcept { state_->stop(); }

version_watch watch(const std::string& conninfo, version_watch::callback call,
                    const watch_options& options) {
    return version_watch(conninfo, std::move(call), options);
}

}  // namespace chronos
