#include <algorithm>

#include "chronos/error.hpp"
#include "chronos/repository.hpp"

namespace chronos {
namespace {

using summaries = std::vector<const snapshot_summary*>;

constexpr std::size_t kShown = 3;

std::string show(const snapshot_summary& snapshot) {
    std::string text = snapshot.id;
    if (!snapshot.label.empty()) text += " \"" + snapshot.label + "\"";
    if (!snapshot.database.empty()) text += " of database \"" + snapshot.database + "\"";
    if (snapshot.version) text += ", version " + std::to_string(*snapshot.version);
    return text;
}

// The last few.
std::string show(const summaries& snapshots) {
    std::string text;
    for (std::size_t i = 0; i < std::min(kShown, snapshots.size()); ++i) {
        text += (i == 0 ? "" : "; ") + show(*snapshots[snapshots.size() - 1 - i]);
    }
    if (snapshots.size() > kShown) text += "; and others";
    return text + ".";
}

}  // namespace

snapshot_selector::snapshot_selector(kind what, std::string name, std::int64_t version,
                                     timestamp moment)
    : kind_(what), name_(std::move(name)), version_(version), moment_(moment) {}

snapshot_selector snapshot_selector::latest() { return {kind::latest, {}, 0, {}}; }

snapshot_selector snapshot_selector::named(std::string name) {
    if (name == "latest") return latest();
    if (name.empty()) throw error(error_code::usage, "the name of a snapshot is empty");
    return {kind::named, std::move(name), 0, {}};
}

snapshot_selector snapshot_selector::before_version(std::int64_t version) {
    return {kind::before_version, {}, version, {}};
}

snapshot_selector snapshot_selector::at(timestamp moment) { return {kind::at, {}, 0, moment}; }

snapshot_selector snapshot_selector::of_database(std::string name) const {
    snapshot_selector narrowed = *this;
    narrowed.database_ = std::move(name);
    return narrowed;
}

std::string snapshot_selector::describe() const {
    std::string text;
    switch (kind_) {
        case kind::latest:
            text = "latest";
            break;
        case kind::named:
            text = "\"" + name_ + "\"";
            break;
        case kind::before_version:
            text = "before version " + std::to_string(version_);
            break;
        case kind::at:
            text = "at " + to_string(moment_);
            break;
    }
    return database_.empty() ? text : text + " of database \"" + database_ + "\"";
}

bool snapshot_selector::matches(const snapshot_summary& snapshot) const {
    switch (kind_) {
        case kind::before_version:
            return snapshot.version && *snapshot.version < version_;
        case kind::at:
            return snapshot.created_at <= moment_;
        default:
            return true;
    }
}

// An id, else a label, else the beginning of an id. Null: none.
const snapshot_summary* snapshot_selector::choose_named(
    const std::vector<const snapshot_summary*>& candidates) const {
    summaries labelled;
    summaries begun;
    for (const snapshot_summary* snapshot : candidates) {
        if (snapshot->id == name_) return snapshot;
        if (snapshot->label == name_) labelled.push_back(snapshot);
        if (snapshot->id.starts_with(name_)) begun.push_back(snapshot);
    }
    const summaries& found = labelled.empty() ? begun : labelled;
    if (found.size() > 1) {
        throw error(error_code::usage, "several snapshots are named \"" + name_ + "\"",
                    "They are: " + show(found), "Name one by its whole id.");
    }
    return found.empty() ? nullptr : found.front();
}

// The newest that matches. Null: none.
const snapshot_summary* snapshot_selector::choose_newest(
    const std::vector<const snapshot_summary*>& candidates) const {
    summaries newest;  // of each database
    for (const snapshot_summary* snapshot : candidates) {
        if (!matches(*snapshot)) continue;
        std::erase_if(newest,
                      [&](const auto* other) { return other->database == snapshot->database; });
        newest.push_back(snapshot);
    }
    if (newest.size() > 1) {
        throw error(error_code::usage, "the repository holds snapshots of several databases",
                    "The newest that match are: " + show(newest),
                    "Name the snapshot by its id, or name the database.");
    }
    return newest.empty() ? nullptr : newest.front();
}

// A manifest that cannot be read might be the one that is meant: never take an older one silently.
void snapshot_selector::refuse_damaged(const std::vector<const snapshot_summary*>& damaged,
                                       const snapshot_summary* found) const {
    for (const snapshot_summary* snapshot : damaged) {
        bool meant = found == nullptr || snapshot->created_at >= found->created_at;
        if (kind_ == kind::named) meant = found == nullptr && snapshot->id.starts_with(name_);
        if (kind_ == kind::at) meant = meant && snapshot->created_at <= moment_;
        if (!meant) continue;
        throw error(error_code::damaged,
                    "snapshot \"" + snapshot->id +
                        "\" may be the one that is meant, but cannot be "
                        "read",
                    snapshot->damage, "Name another snapshot by its id.");
    }
}

const snapshot_summary& snapshot_selector::choose(
    const std::vector<snapshot_summary>& snapshots) const {
    summaries readable;
    summaries damaged;
    for (const snapshot_summary& snapshot : snapshots) {
        if (!snapshot.damage.empty()) {
            damaged.push_back(&snapshot);
        } else if (database_.empty() || snapshot.database == database_) {
            readable.push_back(&snapshot);
        }
    }
    const auto* found = kind_ == kind::named ? choose_named(readable) : choose_newest(readable);
    refuse_damaged(damaged, found);
    if (found != nullptr) return *found;
    if (readable.empty()) {
        throw error(error_code::not_found,
                    database_.empty()
                        ? "the repository holds no snapshot"
                        : "the repository holds no snapshot of database \"" + database_ + "\"");
    }
    if (kind_ == kind::named) {
        throw error(error_code::not_found, "snapshot " + describe() + " does not exist",
                    "The newest are: " + show(readable),
                    "List them with: chronosctl snapshots --repository URL");
    }
    std::reverse(readable.begin(), readable.end());
    throw error(error_code::not_found, "no snapshot matches " + describe(),
                "The oldest are: " + show(readable));
}

}  // namespace chronos
