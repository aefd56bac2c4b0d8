#include "chronos/repository.hpp"

#include "chronos/error.hpp"
#include "repository/directory_storage.hpp"
#include "repository/format.hpp"
#include "repository/reading_session.hpp"
#include "repository/sweep.hpp"

namespace chronos {

struct repository::state {
    std::shared_ptr<internal::storage> storage;
    std::string id;
};

repository::repository(std::shared_ptr<internal::storage> storage) {
    std::string text;
    if (!storage->get(internal::kFormatKey, text)) {
        throw error(error_code::not_found,
                    "\"" + storage->url() + "\" is not a chronos repository any more");
    }
    std::string id = internal::read_format(text).id;
    state_ = std::make_shared<const state>(state{std::move(storage), std::move(id)});
}

repository repository::init(const std::string& url) {
    internal::directory_storage::init(internal::parse_repository_url(url));
    return open(url);
}

repository repository::open(const std::string& url) {
    return repository(internal::open_storage(url, internal::access_mode::read));
}

const std::string& repository::url() const noexcept { return state_->storage->url(); }

const std::string& repository::id() const noexcept { return state_->id; }

std::vector<snapshot_summary> repository::snapshots() const {
    return internal::list_snapshots(*state_->storage);
}

snapshot_summary repository::find(const snapshot_selector& selector) const {
    return selector.choose(snapshots());
}

namespace {

sweep_report sweep_at(const std::string& url, std::chrono::seconds grace,
                      const snapshot_summary* of) {
    const auto storage = internal::open_storage(url, internal::access_mode::write);
    const auto alone = internal::lock_exclusive(*storage);
    const auto now =
        std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    return internal::sweep_all(*storage, now - grace, of);
}

}  // namespace

sweep_report repository::sweep(std::chrono::seconds grace) {
    return sweep_at(url(), grace, nullptr);
}

sweep_report repository::sweep(std::chrono::seconds grace, const snapshot_summary& of) {
    return sweep_at(url(), grace, &of);
}

const std::shared_ptr<internal::storage>& repository::storage() const noexcept {
    return state_->storage;
}

}  // namespace chronos
