// What the database knows of migrations: chronos.migration and its steps.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "chronos/timestamp.hpp"
#include "connection/session.hpp"
#include "migrations/migration.hpp"

namespace chronos::internal {

// One row.
struct stored_migration {
    migration scripts;  // text of the way up is empty if it is not known
    std::string up_checksum;
    bool down_derived = false;
    std::string state;   // stored, applying, applied, undoing
    std::string origin;  // run, baseline, import
    std::string applied_by;
    std::optional<timestamp> applied_at;
    std::optional<double> seconds;
    std::int64_t sequence = 0;
    std::optional<std::int64_t> version_before;
    std::optional<std::int64_t> version_after;
    std::string snapshot;  // before rows were destroyed; empty: none

    [[nodiscard]] bool applied() const { return state != "stored"; }
};

// Which way a script leads, as the table has it.
enum class direction { up, down };
[[nodiscard]] std::string_view to_string(direction way) noexcept;

struct stored_step {
    std::string checksum;
    std::string state;  // started, done, failed
    std::string memo;   // JSON
};

// Speaks SQL without a search path. Does not own the session.
class migration_store {
  public:
    migration_store(session& on, std::string scope) : session_(on), scope_(std::move(scope)) {}

    // In the order of their ordinals. One round trip; explains a missing extension.
    [[nodiscard]] std::vector<stored_migration> read();

    void keep(const migration& what);
    void start(const migration& what, bool whole);
    struct versions {
        std::optional<std::int64_t> before;
        std::optional<std::int64_t> after;
    };
    versions finish(const migration& what, double seconds);
    void start_rollback(const migration& what, bool whole);
    void finish_rollback(const migration& what);
    // Marked as applied without being run.
    // `at` and `by`: null for now and for this role.
    void mark_applied(const migration& what, std::string_view origin, const value& at = {},
                      const value& by = {});
    void note_snapshot(const migration& what, const std::string& id);
    void keep_derived_down(const migration& what, const script& down);

    [[nodiscard]] std::map<int, stored_step> steps(const migration& what, direction way);
    struct step_note {
        int number = 1;
        std::string statement;
        std::string checksum;
        std::string state;
        std::string error;
        std::string memo;
    };
    void note_step(const migration& what, direction way, const step_note& note);

    [[nodiscard]] const std::string& scope() const { return scope_; }

  private:
    session& session_;
    std::string scope_;
};

// The row of a migration in the form that chronos.store_migration() takes.
[[nodiscard]] std::string json_of(const migration& what);

[[nodiscard]] std::string_view kind_name(migration_kind kind) noexcept;

}  // namespace chronos::internal
