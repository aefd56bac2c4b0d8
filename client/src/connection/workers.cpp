#include "connection/workers.hpp"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

namespace chronos::internal {
namespace {

constexpr std::chrono::milliseconds kCancelAgain{200};

// The state that the threads of one run share.
class crew {
  public:
    explicit crew(const std::stop_token& outer)
        : forward_(outer, [this] { source_.request_stop(); }) {}

    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

    void run(const std::function<void(const interruption&)>& work) noexcept {
        try {
            const interruption interrupted(token());
            interrupted.check();
            work(interrupted);
        } catch (...) {
            const std::lock_guard guard(mutex_);
            if (!failure_) failure_ = std::current_exception();
            source_.request_stop();
        }
    }

    void finish() {
        if (failure_) std::rethrow_exception(failure_);
    }

  private:
    std::stop_source source_;
    std::mutex mutex_;
    std::exception_ptr failure_;
    std::stop_callback<std::function<void()>> forward_;
};

// Cancels until told that all is over: a single request can arrive between two statements, where it
// has no effect.
class canceller {
  public:
    canceller(const std::vector<session*>& sessions, std::stop_token stop)
        : sessions_(sessions),
          watcher_(
              [this, stop = std::move(stop)](const std::stop_token& over) { watch(stop, over); }) {}

  private:
    void watch(const std::stop_token& stop, const std::stop_token& over) {
        std::mutex mutex;
        std::condition_variable_any changed;
        const std::stop_callback wake(over, [&] {
            const std::lock_guard guard(mutex);
            changed.notify_all();
        });
        std::unique_lock lock(mutex);
        changed.wait(lock, stop, [&] { return over.stop_requested(); });
        while (!over.stop_requested()) {
            lock.unlock();
            for (auto* each : sessions_) each->cancel();
            lock.lock();
            changed.wait_for(lock, kCancelAgain, [&] { return over.stop_requested(); });
        }
    }

    std::vector<session*> sessions_;
    std::jthread watcher_;
};

}  // namespace

void run_workers(const std::vector<session*>& sessions, const std::stop_token& stop,
                 const session_work& work) {
    crew together(stop);
    {
        const canceller watching(sessions, together.token());
        std::vector<std::jthread> threads;
        for (std::size_t i = 1; i < sessions.size(); ++i) {
            threads.emplace_back([&, each = sessions[i]] {
                together.run([&](const interruption& interrupted) { work(*each, interrupted); });
            });
        }
        if (!sessions.empty()) {
            together.run([&](const interruption& interrupted) { work(*sessions[0], interrupted); });
        }
    }
    together.finish();
}

void run_tasks(unsigned threads, const std::stop_token& stop,
               const std::function<void(const interruption&)>& work) {
    crew together(stop);
    {
        std::vector<std::jthread> running;
        for (unsigned i = 0; i < threads; ++i) {
            running.emplace_back([&] { together.run(work); });
        }
    }
    together.finish();
}

}  // namespace chronos::internal
