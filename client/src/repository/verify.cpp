#include "chronos/verify.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>

#include "chronos/error.hpp"
#include "repository/object_store.hpp"
#include "repository/reading_session.hpp"

namespace chronos {
namespace {

// An object and all that needs it.
struct checked_object {
    internal::object_ref ref;
    std::vector<const std::string*> used_by;  // point into verifier::names_
    std::vector<const std::string*> snapshots;
};

class verifier {
  public:
    verifier(const repository& from, const verify_options& options)
        : session_(from.storage()), options_(options) {
        report_.data = options.data;
    }

    void add(const std::string& id) {
        report_.snapshots.push_back(id);
        try {
            const internal::manifest manifest = internal::load_manifest(*session_.source(), id);
            internal::for_each_object(manifest, [&](const auto& ref, const std::string& user) {
                const auto [place, is_new] = index_.try_emplace(ref.name, objects_.size());
                if (is_new) objects_.push_back({ref, {}, {}});
                checked_object& object = objects_[place->second];
                note_once(object.used_by, user);
                note_once(object.snapshots, id);
                if (object.ref.plain_bytes != ref.plain_bytes) disagree(id, ref.name);
            });
        } catch (const error& problem) {
            std::string detail = problem.what();
            if (!problem.detail().empty()) detail += ": " + problem.detail();
            report_.damaged_manifests.push_back({id, std::move(detail)});
        }
    }

    verify_report run() {
        progress_.objects_total = objects_.size();
        for (const auto& object : objects_) progress_.bytes_total += object.ref.stored_bytes;
        report_.objects = progress_.objects_total;
        report_.stored_bytes = progress_.bytes_total;
        check_all();
        std::sort(report_.damaged_objects.begin(), report_.damaged_objects.end(),
                  [](const auto& a, const auto& b) { return a.object < b.object; });
        return std::move(report_);
    }

  private:
    void note_once(std::vector<const std::string*>& list, const std::string& name) {
        const std::string* known = &*names_.insert(name).first;
        if (list.empty() || list.back() != known) list.push_back(known);
    }

    static std::vector<std::string> sorted(const std::vector<const std::string*>& list) {
        std::set<std::string> unique;
        for (const std::string* name : list) unique.insert(*name);
        return {unique.begin(), unique.end()};
    }

    void disagree(const std::string& id, const std::string& object) {
        report_.damaged_manifests.push_back(
            {id, "object " + object + " has another size than in another snapshot"});
    }

    void check_all() {
        std::exception_ptr failure;
        {
            std::vector<std::jthread> threads;
            const unsigned jobs = std::max(1U, std::min(options_.jobs, 64U));
            for (unsigned i = 0; i < jobs; ++i) {
                threads.emplace_back([&] {
                    try {
                        work();
                    } catch (...) {
                        const std::lock_guard guard(mutex_);
                        if (!failure) failure = std::current_exception();
                        next_ = objects_.size();
                    }
                });
            }
        }
        if (failure) std::rethrow_exception(failure);
    }

    void work() {
        std::string plain;
        for (std::size_t i = next_++; i < objects_.size(); i = next_++) {
            if (options_.stop.stop_requested()) {
                throw error(error_code::cancelled, "verification was cancelled");
            }
            check(objects_[i], plain);
            const std::lock_guard guard(mutex_);
            ++progress_.objects_done;
            progress_.bytes_done += objects_[i].ref.stored_bytes;
            if (options_.progress) options_.progress(progress_);
        }
    }

    // Presence and size settle most; a size that differs is only a suspicion, because the same
    // plain bytes can be compressed by another version of zstd.
    void check(const checked_object& object, std::string& plain) {
        internal::storage& from = *session_.source();
        std::optional<std::uint64_t> size;
        try {
            size = from.size(internal::object_key(object.ref.name));
            if (!size) return note(object, object_problem_kind::missing, {});
            if (!options_.data && *size == object.ref.stored_bytes) return;
            internal::get_object(from, object.ref, plain);
        } catch (const error& problem) {
            auto kind = object_problem_kind::damaged;
            if (problem.code() != error_code::damaged) {
                kind = object_problem_kind::unreadable;
            } else if (*size < object.ref.stored_bytes) {
                kind = object_problem_kind::truncated;
            }
            note(object, kind, problem.detail().empty() ? problem.what() : problem.detail());
        }
    }

    void note(const checked_object& object, object_problem_kind kind, std::string detail) {
        const std::lock_guard guard(mutex_);
        report_.damaged_objects.push_back({object.ref.name, kind, std::move(detail),
                                           sorted(object.used_by), sorted(object.snapshots)});
    }

    internal::reading_session session_;
    const verify_options& options_;
    std::set<std::string> names_;
    std::vector<checked_object> objects_;
    std::unordered_map<std::string, std::size_t> index_;
    std::atomic<std::size_t> next_ = 0;
    std::mutex mutex_;
    verify_progress progress_;
    verify_report report_;
};

}  // namespace

std::string_view to_string(object_problem_kind kind) noexcept {
    switch (kind) {
        case object_problem_kind::missing:
            return "missing";
        case object_problem_kind::truncated:
            return "truncated";
        case object_problem_kind::damaged:
            return "damaged";
        case object_problem_kind::unreadable:
            return "unreadable";
    }
    return "damaged";
}

verify_report verify_snapshot(const repository& from, const snapshot_selector& selector,
                              const verify_options& options) {
    verifier check(from, options);
    check.add(from.find(selector).id);
    return check.run();
}

verify_report verify_repository(const repository& from, const verify_options& options) {
    verifier check(from, options);
    for (const std::string& id : internal::snapshot_ids(*from.storage())) check.add(id);
    return check.run();
}

}  // namespace chronos
