// A repository in memory. Handles to one memory share what is in it, as processes share a disk.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "repository/storage.hpp"

namespace chronos::internal {

struct memory {
    std::mutex mutex;
    std::map<std::string, std::string> files;
    std::map<std::string, std::vector<std::string>> journals;
    int readers = 0;
    bool alone = false;
};

class memory_lock final : public storage_lock {
  public:
    memory_lock(std::shared_ptr<memory> of, lock_mode mode) : memory_(std::move(of)), mode_(mode) {}
    ~memory_lock() override {
        const std::lock_guard guard(memory_->mutex);
        if (mode_ == lock_mode::shared) {
            --memory_->readers;
        } else {
            memory_->alone = false;
        }
    }
    memory_lock(const memory_lock&) = delete;
    memory_lock& operator=(const memory_lock&) = delete;

  private:
    std::shared_ptr<memory> memory_;
    lock_mode mode_;
};

class memory_storage final : public storage {
  public:
    explicit memory_storage(std::shared_ptr<memory> of) : memory_(std::move(of)) {}

    [[nodiscard]] const std::string& url() const noexcept override { return url_; }
    bool get(const std::string& key, std::string& out) override {
        const std::lock_guard guard(memory_->mutex);
        const auto found = memory_->files.find(key);
        if (found == memory_->files.end()) return false;
        out = found->second;
        return true;
    }
    std::optional<std::uint64_t> size(const std::string& key) override {
        const std::lock_guard guard(memory_->mutex);
        const auto found = memory_->files.find(key);
        if (found == memory_->files.end()) return std::nullopt;
        return found->second.size();
    }
    bool put(const std::string& key, std::string_view contents) override {
        const std::lock_guard guard(memory_->mutex);
        return memory_->files.emplace(key, contents).second;
    }
    bool hold(const std::string& key, std::uint64_t bytes) override { return size(key) == bytes; }
    void replace(const std::string& key, std::string_view contents) override {
        const std::lock_guard guard(memory_->mutex);
        memory_->files[key] = contents;
    }
    void sync() override {}
    void sync_manifests() override {}
    bool remove(const std::string& key) override {
        const std::lock_guard guard(memory_->mutex);
        return memory_->files.erase(key) != 0;
    }
    void list(const std::string& folder,
              const std::function<void(const stored_file&)>& visit) override {
        std::vector<stored_file> found;
        {
            const std::lock_guard guard(memory_->mutex);
            for (const auto& [key, contents] : memory_->files) {
                if (key.starts_with(folder + "/")) found.push_back({key, contents.size()});
            }
        }
        for (const auto& file : found) visit(file);
    }
    std::unique_ptr<storage_lock> try_lock(lock_mode mode) override {
        const std::lock_guard guard(memory_->mutex);
        if (memory_->alone || (mode == lock_mode::exclusive && memory_->readers != 0)) {
            return nullptr;
        }
        if (mode == lock_mode::exclusive) {
            memory_->alone = true;
        } else {
            ++memory_->readers;
        }
        return std::make_unique<memory_lock>(memory_, mode);
    }
    void journal(const std::string& writer, const std::string& key) override {
        const std::lock_guard guard(memory_->mutex);
        memory_->journals[writer].push_back(key);
    }
    std::vector<std::string> journals() override {
        const std::lock_guard guard(memory_->mutex);
        std::vector<std::string> writers;
        for (const auto& [writer, keys] : memory_->journals) writers.push_back(writer);
        return writers;
    }
    std::vector<std::string> read_journal(const std::string& writer) override {
        const std::lock_guard guard(memory_->mutex);
        return memory_->journals[writer];
    }
    void forget_journal(const std::string& writer) override {
        const std::lock_guard guard(memory_->mutex);
        memory_->journals.erase(writer);
    }
    void sweep_unfinished() override {}

  private:
    std::shared_ptr<memory> memory_;
    std::string url_ = "memory://";
};

}  // namespace chronos::internal
