// A repository in a directory. Layout and the order of writing: docs/repository-format.md.
#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <string>

#include "core/repository_url.hpp"
#include "repository/file_calls.hpp"
#include "repository/storage.hpp"

namespace chronos::internal {

// All files are reached from handles of directories that were opened once, without following
// symbolic links below the repository's own directory.
class directory_storage final : public storage {
  public:
    // Throws error_code::not_found if there is no repository, wrong_component if its format is too
    // new, permission or repository.
    directory_storage(repository_url where, access_mode mode,
                      file_calls& calls = file_calls::real());

    // Makes a repository, unless there is one. See repository::init.
    static void init(const repository_url& where, file_calls& calls = file_calls::real());

    [[nodiscard]] const std::string& url() const noexcept override { return url_.text; }
    [[nodiscard]] bool get(const std::string& key, std::string& out) override;
    [[nodiscard]] std::optional<std::uint64_t> size(const std::string& key) override;
    [[nodiscard]] bool put(const std::string& key, std::string_view contents) override;
    [[nodiscard]] bool hold(const std::string& key, std::uint64_t bytes) override;
    void replace(const std::string& key, std::string_view contents) override;
    void sync() override;
    void sync_manifests() override;
    bool remove(const std::string& key) override;
    void list(const std::string& folder,
              const std::function<void(const stored_file&)>& visit) override;
    [[nodiscard]] std::unique_ptr<storage_lock> try_lock(lock_mode mode) override;
    void journal(const std::string& writer, const std::string& key) override;
    [[nodiscard]] std::vector<std::string> journals() override;
    [[nodiscard]] std::vector<std::string> read_journal(const std::string& writer) override;
    void forget_journal(const std::string& writer) override;
    void sweep_unfinished() override;

  private:
    // A file as system calls want it. No directory: it cannot exist.
    struct place {
        int directory = -1;
        std::string name;
        std::atomic<bool>* dirty = nullptr;
    };
    enum class missing { create, leave };

    [[noreturn]] void fail(const std::string& action) const;
    [[nodiscard]] place find(const std::string& key, missing directories);
    [[nodiscard]] file_handle open_directory(int parent, const char* name, missing directories);
    [[nodiscard]] int object_directory(unsigned index, missing directories);
    [[nodiscard]] int forgotten_directory(missing directories);
    [[nodiscard]] std::string write_unfinished(std::string_view contents);
    void drop_unfinished(const std::string& name) noexcept;
    void sync_directory(int directory, std::atomic<bool>& dirty);
    void own(int file);
    void list_directory(int directory, const std::string& prefix,
                        const std::function<void(const stored_file&)>& visit);

    static constexpr unsigned kObjectDirectories = 256;

    repository_url url_;
    access_mode mode_;
    file_calls& calls_;
    file_handle root_;
    file_handle objects_;
    file_handle snapshots_;
    file_handle unfinished_;
    file_handle forgotten_;  // none as long as nothing was forgotten
    std::mutex opening_;
    std::array<std::atomic<int>, kObjectDirectories> object_directories_;
    std::array<file_handle, kObjectDirectories> object_handles_;
    std::array<std::atomic<bool>, kObjectDirectories> object_dirty_;
    std::atomic<bool> objects_dirty_ = false;
    std::atomic<bool> snapshots_dirty_ = false;
    std::atomic<bool> forgotten_dirty_ = false;
    std::atomic<bool> root_dirty_ = false;
    std::string unfinished_prefix_;
    std::atomic<std::uint64_t> unfinished_count_ = 0;
    // The repository's owner, if this process is root and the owner is somebody else.
    std::optional<std::pair<unsigned, unsigned>> owner_;
};

}  // namespace chronos::internal
