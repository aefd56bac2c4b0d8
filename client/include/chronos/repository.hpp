// A repository: the place where snapshots are kept, outside the database.
#pragma once

#include <chrono>
#include <chronos/export.hpp>
#include <chronos/timestamp.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace chronos {

namespace internal {
class storage;
}

// What a list of snapshots shows of one of them.
struct snapshot_summary {
    std::string id;
    std::string label;  // empty: none
    timestamp created_at;
    std::string database;
    std::string system_identifier;        // of the server; empty: not known
    std::optional<std::int64_t> version;  // none: the database had no chronos
    std::string timeline;                 // empty: none
    std::uint64_t tables = 0;
    std::uint64_t rows = 0;
    std::uint64_t plain_bytes = 0;   // of the rows, before compression
    std::uint64_t stored_bytes = 0;  // in the repository, shared objects counted once
    std::uint64_t reused_bytes = 0;  // of the plain bytes: taken over from the snapshot before
    std::string damage;              // empty: the manifest could be read; else why it could not

    friend bool operator==(const snapshot_summary&, const snapshot_summary&) = default;
};

// Which snapshot is meant. Where several match, it is the newest.
class CHRONOS_EXPORT snapshot_selector {
  public:
    [[nodiscard]] static snapshot_selector latest();
    // "latest", an id, the beginning of one id, or a label.
    [[nodiscard]] static snapshot_selector named(std::string name);
    // Of a schema older than this version.
    [[nodiscard]] static snapshot_selector before_version(std::int64_t version);
    // Taken at this moment or before it.
    [[nodiscard]] static snapshot_selector at(timestamp moment);

    // Of this database only. Needed where a repository holds snapshots of several databases and
    // the selector is not an id.
    [[nodiscard]] snapshot_selector of_database(std::string name) const;

    // Picks one. Throws error_code::not_found or usage (ambiguous), with the nearest in the detail,
    // or damaged if the choice cannot be made because a manifest cannot be read.
    [[nodiscard]] const snapshot_summary& choose(
        const std::vector<snapshot_summary>& snapshots) const;

    // "latest", "20261123T041932Z-0a1b2c3d", "before version 42", for messages.
    [[nodiscard]] std::string describe() const;

  private:
    enum class kind { latest, named, before_version, at };
    snapshot_selector(kind what, std::string name, std::int64_t version, timestamp moment);
    [[nodiscard]] bool matches(const snapshot_summary& snapshot) const;
    [[nodiscard]] const snapshot_summary* choose_named(
        const std::vector<const snapshot_summary*>& candidates) const;
    [[nodiscard]] const snapshot_summary* choose_newest(
        const std::vector<const snapshot_summary*>& candidates) const;
    void refuse_damaged(const std::vector<const snapshot_summary*>& damaged,
                        const snapshot_summary* found) const;

    kind kind_;
    std::string name_;
    std::int64_t version_ = 0;
    timestamp moment_;
    std::string database_;
};

// What a sweep took away.
struct sweep_report {
    std::uint64_t snapshots = 0;  // forgotten ones, for good
    std::uint64_t objects = 0;
    std::uint64_t bytes = 0;
};

// A handle; copies share it. Safe to use from several threads at once.
// URLs: file:///absolute/path with percent-encoding, or a plain absolute path.
class CHRONOS_EXPORT repository {
  public:
    // Makes a repository in a directory that does not exist yet (its parent must) or is empty.
    // Does nothing to a directory that is a repository already. Throws error_code::refused if the
    // directory holds anything else.
    static repository init(const std::string& url);

    // Throws error_code::not_found if there is none, permission, repository (cannot be read) or
    // wrong_component (made by a newer version of chronos).
    static repository open(const std::string& url);

    [[nodiscard]] const std::string& url() const noexcept;
    // Made at init; tells two repositories apart.
    [[nodiscard]] const std::string& id() const noexcept;

    // Oldest first. A snapshot whose manifest cannot be read is in the list, with its damage.
    [[nodiscard]] std::vector<snapshot_summary> snapshots() const;

    [[nodiscard]] snapshot_summary find(const snapshot_selector& selector) const;

    // Removes snapshots that were forgotten longer ago than `grace`, and what no snapshot refers
    // to: theirs, and what killed writers left behind. Throws error_code::busy while anybody writes
    // or reads.
    sweep_report sweep(std::chrono::seconds grace = std::chrono::hours(24));
    // The same, but of forgotten snapshots only those of the database that `of` is of.
    sweep_report sweep(std::chrono::seconds grace, const snapshot_summary& of);

    // For chronos itself.
    [[nodiscard]] const std::shared_ptr<internal::storage>& storage() const noexcept;

  private:
    explicit repository(std::shared_ptr<internal::storage> storage);

    struct state;
    std::shared_ptr<const state> state_;
};

}  // namespace chronos
