#include "repository/directory_storage.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "chronos/error.hpp"
#include "repository/directory_files.hpp"
#include "repository/file_error.hpp"
#include "repository/format.hpp"
#include "repository/hash.hpp"
#include "repository/random.hpp"

namespace chronos::internal {
namespace {

constexpr std::string_view kJournal = "journal-";

class file_lock final : public storage_lock {
  public:
    explicit file_lock(file_handle file) : file_(std::move(file)) {}

  private:
    file_handle file_;
};

unsigned hex_value(char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); }

}  // namespace

directory_storage::directory_storage(repository_url where, access_mode mode, file_calls& calls)
    : url_(std::move(where)), mode_(mode), calls_(calls), unfinished_prefix_(random_hex(8)) {
    for (auto& directory : object_directories_) directory = -1;
    for (auto& dirty : object_dirty_) dirty = false;
    root_ = open_repository_directory(url_);
    std::string text;
    if (!get(kFormatKey, text)) fail_no_repository(url_);
    const repository_format format = read_format(text);
    if (mode == access_mode::write && format.major != 1) {
        throw error(error_code::wrong_component,
                    "repository \"" + url_.text +
                        "\" has a newer format, which this version of "
                        "chronos can read but not write",
                    {}, "Use a version of chronos that is not older than the one that made it.");
    }
    objects_ = open_subdirectory(root_.get(), "objects", url_);
    snapshots_ = open_subdirectory(root_.get(), "snapshots", url_);
    if (mode == access_mode::write) unfinished_ = open_subdirectory(root_.get(), "tmp", url_);
    struct stat status {};
    if (::geteuid() == 0 && ::fstat(root_.get(), &status) == 0 && status.st_uid != 0) {
        owner_ = {status.st_uid, status.st_gid};
    }
}

void directory_storage::fail(const std::string& action) const {
    throw_file_error(errno, url_.text, action);
}

// Root works on somebody's repository: what it makes stays usable for the owner.
void directory_storage::own(int file) {
    if (owner_ && ::fchown(file, owner_->first, owner_->second) != 0) {
        fail("give a file to the repository's owner");
    }
}

file_handle directory_storage::open_directory(int parent, const char* name, missing directories) {
    constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    file_handle directory(calls_.open(parent, name, kFlags, 0));
    if (!directory && errno == ENOENT) {
        if (directories == missing::leave) return directory;
        if (calls_.mkdir(parent, name, 0700) != 0 && errno != EEXIST) fail("make a directory");
        directory = file_handle(calls_.open(parent, name, kFlags, 0));
        if (directory) own(directory.get());
    }
    if (!directory) fail(std::string("open the directory ") + name);
    return directory;
}

int directory_storage::object_directory(unsigned index, missing directories) {
    if (const int known = object_directories_[index]; known >= 0) return known;
    const std::lock_guard guard(opening_);
    if (const int known = object_directories_[index]; known >= 0) return known;
    constexpr const char* kDigits = "0123456789abcdef";
    const char name[] = {kDigits[index >> 4], kDigits[index & 15], '\0'};
    object_handles_[index] = open_directory(objects_.get(), name, directories);
    return object_directories_[index] = object_handles_[index].get();
}

int directory_storage::forgotten_directory(missing directories) {
    const std::lock_guard guard(opening_);
    if (!forgotten_) {
        forgotten_ = open_directory(root_.get(), "forgotten", directories);
        if (forgotten_ && directories == missing::create) root_dirty_ = true;
    }
    return forgotten_.get();
}

directory_storage::place directory_storage::find(const std::string& key, missing directories) {
    const auto slash = key.rfind('/');
    if (slash == std::string::npos) return {root_.get(), key, &root_dirty_};
    std::string name = key.substr(slash + 1);
    if (key.starts_with("snapshots/") && slash == 9) {
        return {snapshots_.get(), std::move(name), &snapshots_dirty_};
    }
    if (key.starts_with("forgotten/") && slash == 9) {
        return {forgotten_directory(directories), std::move(name), &forgotten_dirty_};
    }
    if (!key.starts_with("objects/") || slash != 10 || !is_object_name(name) ||
        key.compare(8, 2, name, 0, 2) != 0) {
        throw error(error_code::internal, "not a key of a repository: " + key);
    }
    const unsigned index = hex_value(name[0]) * 16 + hex_value(name[1]);
    return {object_directory(index, directories), std::move(name), &object_dirty_[index]};
}

bool directory_storage::get(const std::string& key, std::string& out) {
    const place at = find(key, missing::leave);
    return at.directory >= 0 && read_file(at.directory, at.name, url_, out);
}

std::optional<std::uint64_t> directory_storage::size(const std::string& key) {
    const place at = find(key, missing::leave);
    if (at.directory < 0) return std::nullopt;
    return file_size(at.directory, at.name, url_);
}

std::string directory_storage::write_unfinished(std::string_view contents) {
    if (mode_ != access_mode::write) {
        throw error(error_code::internal, "repository was opened for reading");
    }
    std::string name = unfinished_prefix_ + "-" + std::to_string(unfinished_count_++);
    const file_handle file(calls_.open(unfinished_.get(), name.c_str(),
                                       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file) fail("create a file");
    try {
        own(file.get());
        if (!calls_.write_all(file.get(), contents)) fail("write a file");
        if (calls_.sync(file.get()) != 0) fail("sync a file");
    } catch (...) {
        drop_unfinished(name);
        throw;
    }
    return name;
}

void directory_storage::drop_unfinished(const std::string& name) noexcept {
    // If this fails too, a later writer sweeps.
    calls_.unlink(unfinished_.get(), name.c_str());
}

bool directory_storage::put(const std::string& key, std::string_view contents) {
    const place at = find(key, missing::create);
    // A name that exists needs a sync as well: whoever put it may not have come to that yet.
    if (file_size(at.directory, at.name, url_)) {
        *at.dirty = true;
        return false;
    }
    const std::string name = write_unfinished(contents);
    const int result = calls_.link(unfinished_.get(), name.c_str(), at.directory, at.name.c_str());
    const int reason = errno;
    drop_unfinished(name);
    *at.dirty = true;
    if (result == 0) return true;
    if (reason == EEXIST) return false;
    errno = reason;
    fail("link a file");
}

bool directory_storage::hold(const std::string& key, std::uint64_t bytes) {
    const place at = find(key, missing::leave);
    if (at.directory < 0 || file_size(at.directory, at.name, url_) != bytes) return false;
    // As put: whoever made the name may not have come to syncing it.
    *at.dirty = true;
    return true;
}

void directory_storage::replace(const std::string& key, std::string_view contents) {
    const place at = find(key, missing::create);
    const std::string name = write_unfinished(contents);
    if (calls_.rename(unfinished_.get(), name.c_str(), at.directory, at.name.c_str()) != 0) {
        const int reason = errno;
        drop_unfinished(name);
        errno = reason;
        fail("rename a file");
    }
    *at.dirty = true;
}

void directory_storage::sync_directory(int directory, std::atomic<bool>& dirty) {
    if (!dirty.exchange(false)) return;
    if (calls_.sync(directory) != 0) {
        dirty = true;
        fail("sync a directory");
    }
}

void directory_storage::sync() {
    for (unsigned i = 0; i < kObjectDirectories; ++i) {
        if (!object_dirty_[i]) continue;
        objects_dirty_ = true;
        sync_directory(object_directories_[i], object_dirty_[i]);
    }
    sync_directory(objects_.get(), objects_dirty_);
    sync_directory(snapshots_.get(), snapshots_dirty_);
    if (forgotten_) sync_directory(forgotten_.get(), forgotten_dirty_);
    sync_directory(root_.get(), root_dirty_);
}

void directory_storage::sync_manifests() {
    snapshots_dirty_ = true;
    sync_directory(snapshots_.get(), snapshots_dirty_);
    if (forgotten_directory(missing::leave) < 0) return;
    forgotten_dirty_ = true;
    sync_directory(forgotten_.get(), forgotten_dirty_);
}

bool directory_storage::remove(const std::string& key) {
    const place at = find(key, missing::leave);
    if (at.directory < 0) return false;
    if (calls_.unlink(at.directory, at.name.c_str()) == 0) return true;
    if (errno != ENOENT) fail("remove a file");
    return false;
}

void directory_storage::list_directory(int directory, const std::string& prefix,
                                       const std::function<void(const stored_file&)>& visit) {
    for (const std::string& name : file_names(directory, url_)) {
        struct stat status {};
        if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
        const bool regular = S_ISREG(status.st_mode);
        visit({prefix + name, regular ? static_cast<std::uint64_t>(status.st_size) : 0});
    }
}

void directory_storage::list(const std::string& folder,
                             const std::function<void(const stored_file&)>& visit) {
    if (folder == "snapshots") return list_directory(snapshots_.get(), "snapshots/", visit);
    if (folder == "forgotten") {
        const int directory = forgotten_directory(missing::leave);
        if (directory >= 0) list_directory(directory, "forgotten/", visit);
        return;
    }
    for (unsigned i = 0; i < kObjectDirectories; ++i) {
        const int directory = object_directory(i, missing::leave);
        if (directory < 0) continue;
        list_directory(directory, {}, [&](const stored_file& file) {
            if (is_object_name(file.key)) visit({object_key(file.key), file.bytes});
        });
    }
}

std::unique_ptr<storage_lock> directory_storage::try_lock(lock_mode mode) {
    const bool write = mode_ == access_mode::write;
    file_handle file(::openat(root_.get(), "lock", O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!file && errno == ENOENT && write) {
        file = file_handle(
            calls_.open(root_.get(), "lock", O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (file) own(file.get());
    }
    // A copy that was made without its lock can still be read: nobody writes there.
    if (!file && errno == ENOENT) return std::make_unique<file_lock>(file_handle());
    if (!file) fail("open the lock");
    const int kind = mode == lock_mode::shared ? LOCK_SH : LOCK_EX;
    if (::flock(file.get(), kind | LOCK_NB) == 0) {
        return std::make_unique<file_lock>(std::move(file));
    }
    if (errno == EWOULDBLOCK) return nullptr;
    if (!write && mode == lock_mode::shared) return std::make_unique<file_lock>(file_handle());
    fail("lock");
}

void directory_storage::journal(const std::string& writer, const std::string& key) {
    const std::string name = std::string(kJournal) + writer;
    const file_handle file(calls_.open(unfinished_.get(), name.c_str(),
                                       O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC,
                                       0600));
    if (!file) fail("create a journal");
    own(file.get());
    if (!calls_.write_all(file.get(), key + "\n")) fail("write a journal");
}

std::vector<std::string> directory_storage::journals() {
    std::vector<std::string> writers;
    for (const std::string& name : file_names(unfinished_.get(), url_)) {
        if (name.starts_with(kJournal)) writers.push_back(name.substr(kJournal.size()));
    }
    return writers;
}

std::vector<std::string> directory_storage::read_journal(const std::string& writer) {
    std::string text;
    std::vector<std::string> keys;
    if (!read_file(unfinished_.get(), std::string(kJournal) + writer, url_, text)) return keys;
    for (std::size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
        keys.push_back(text.substr(begin, end - begin));
    }
    return keys;
}

void directory_storage::forget_journal(const std::string& writer) {
    const std::string name = std::string(kJournal) + writer;
    if (calls_.unlink(unfinished_.get(), name.c_str()) != 0 && errno != ENOENT) {
        fail("remove a journal");
    }
}

void directory_storage::sweep_unfinished() {
    for (const std::string& name : file_names(unfinished_.get(), url_)) {
        if (name.starts_with(kJournal)) continue;
        if (calls_.unlink(unfinished_.get(), name.c_str()) != 0 && errno != ENOENT) {
            fail("remove a half-written file");
        }
    }
}

}  // namespace chronos::internal
