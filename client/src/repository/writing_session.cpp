#include "repository/writing_session.hpp"

#include <set>
#include <string_view>

#include "chronos/error.hpp"
#include "core/repository_url.hpp"
#include "repository/object_store.hpp"
#include "repository/random.hpp"
#include "repository/reading_session.hpp"
#include "repository/sweep.hpp"

namespace chronos::internal {

namespace {

constexpr std::size_t kSecondLength = std::string_view("20260102T030405Z").size();

}  // namespace

struct writing_session::target {
    std::shared_ptr<storage> repository;
    std::unique_ptr<storage_lock> lock;
    std::string manifest;  // the key, once it is put
};

writing_session::writing_session(const std::vector<std::string>& urls) : writer_(random_hex(8)) {
    std::set<std::string> seen;
    for (const std::string& url : urls) {
        if (!seen.insert(parse_repository_url(url).text).second) {
            throw error(error_code::usage, "repository \"" + url + "\" was named twice");
        }
        targets_.push_back(std::make_unique<target>());
        targets_.back()->repository = open_storage(url, access_mode::write);
    }
    open();
}

writing_session::writing_session(std::vector<std::shared_ptr<storage>> repositories)
    : writer_(random_hex(8)) {
    for (auto& repository : repositories) {
        targets_.push_back(std::make_unique<target>());
        targets_.back()->repository = std::move(repository);
    }
    open();
}

writing_session::~writing_session() {
    if (!committed_) give_back();
}

void writing_session::open() {
    if (targets_.empty()) throw error(error_code::usage, "no repository was named");
    try {
        for (const auto& to : targets_) {
            if (const auto alone = to->repository->try_lock(lock_mode::exclusive)) {
                to->repository->sweep_unfinished();
            }
            to->lock = lock_shared(*to->repository);
            // Also shows at once whether this process may write here.
            to->repository->journal(writer_, {});
        }
    } catch (...) {
        give_back();
        throw;
    }
}

object_ref writing_session::put_object(std::string_view plain) {
    const packed_object object = pack_object(plain);
    put_object(object);
    return object.ref;
}

void writing_session::put_object(const packed_object& object) {
    bool created = false;
    for (const auto& to : targets_) {
        to->repository->journal(writer_, object.ref.name);
        if (internal::put_object(*to->repository, object)) created = true;
    }
    if (created) created_bytes_ += object.ref.stored_bytes;
}

// The shared lock, which put_object relies on too, keeps what is there from being swept.
bool writing_session::keep_object(const object_ref& ref) {
    for (const auto& to : targets_) {
        to->repository->journal(writer_, ref.name);
        if (!to->repository->hold(object_key(ref.name), ref.stored_bytes)) return false;
    }
    return true;
}

std::optional<manifest> writing_session::newest(
    const std::function<bool(const manifest&)>& wanted) const {
    storage& in = *targets_.front()->repository;
    auto ids = snapshot_ids(in);
    std::optional<manifest> best;
    for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
        // Ids tell the second; of those in one, their manifests say which came last.
        if (best && id->substr(0, kSecondLength) != best->id.substr(0, kSecondLength)) break;
        try {
            manifest found = load_manifest(in, *id);
            if (wanted(found) && (!best || best->created_at < found.created_at)) {
                best = std::move(found);
            }
        } catch (const error& problem) {
            if (problem.code() != error_code::damaged &&
                problem.code() != error_code::wrong_component) {
                throw;
            }
        }
    }
    return best;
}

void writing_session::commit(const manifest& of) {
    const std::string text = to_json(of);
    // What cannot be read back is not written.
    if (from_json(text) != of) {
        throw error(error_code::internal, "the manifest of the snapshot is not what was written");
    }
    const std::string key = manifest_key(of.id);
    for (const auto& to : targets_) to->repository->sync();
    for (const auto& to : targets_) {
        if (!to->repository->put(key, text)) {
            throw error(error_code::refused, "snapshot \"" + of.id + "\" exists in repository \"" +
                                                 to->repository->url() + "\" already");
        }
        to->manifest = key;
        to->repository->sync();
    }
    committed_ = true;
    give_back();
}

// After a commit this only takes away what others left behind.
void writing_session::give_back() noexcept {
    for (const auto& to : targets_) {
        try {
            if (!to->lock) continue;
            if (!committed_ && !to->manifest.empty()) {
                to->repository->remove(to->manifest);
                to->repository->sync();
            }
            if (committed_) to->repository->forget_journal(writer_);
            to->lock.reset();
            if (const auto alone = to->repository->try_lock(lock_mode::exclusive)) {
                sweep_journals(*to->repository);
            }
        } catch (const std::exception&) {
            // The journal stays where it is; a later writer tries again.
            continue;
        }
    }
}

}  // namespace chronos::internal
