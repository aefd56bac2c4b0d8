// Pending migrations up, down, and up again.
#include <fmt/format.h>

#include "chronos/connection.hpp"
#include "chronos/migration_trial.hpp"
#include "migrations/migration_run.hpp"
#include "migrations/relation_watch.hpp"
#include "migrations/scratch_run.hpp"
#include "migrations/scratch_schema.hpp"
#include "migrations/stopper.hpp"
#include "versions/diagnosis.hpp"

namespace chronos {

namespace {

using internal::session;

using target_kind = migration_target::kind;

// What is known of the migrations that made a schema.
void copy_record(session& from, session& to) {
    const std::string known =
        from.query_one(
                "SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(m) ||"
                " '{\"version_before\": null, \"version_after\": null, \"timeline\": null,"
                " \"transaction\": null}'), '[]') FROM chronos.migration AS m")
            .text(0);
    (void)to.query(
        "INSERT INTO chronos.migration SELECT *"
        " FROM pg_catalog.jsonb_populate_recordset(NULL::chronos.migration, $1::jsonb)",
        {known});
    // What is applied now comes after them.
    (void)to.query(
        "SELECT pg_catalog.setval('chronos.migration_sequence',"
        " (SELECT coalesce(max(m.sequence), 0) + 1 FROM chronos.migration AS m))");
}

// planned_migration or finished_migration.
template <typename T>
verified_migration named(const T& like) {
    verified_migration result;
    result.version = like.version;
    result.name = like.name;
    result.file = like.file;
    return result;
}

class trial {
  public:
    trial(session& here, const migrate_options& options,
          const std::function<void(const verified_migration&)>& verified)
        : options_(options), verified_(verified), scratch_(here, options.warning) {
        options_.confirm = nullptr;
        options_.starting = nullptr;
        options_.finished = nullptr;
        options_.wait = {};
        options_.snapshot = false;
        internal::keep_search_path(scratch_, here);
        auto making = scratch_.connect();
        const internal::stopper stop(options_.stop, *making);
        internal::copy_schema(here, *making, options_.warning);
        copy_record(here, *making);
        database_ = std::make_unique<connection>(scratch_.connect());
    }

    std::vector<verified_migration> all() {
        std::vector<verified_migration> result;
        internal::migration_run pending(here(), options_);
        for (const planned_migration& one : pending.plan({})) {
            if (one.repeatable) continue;
            result.push_back(versioned(one));
            if (verified_) verified_(result.back());
            if (!result.back().failure.empty()) return result;
        }
        for (const finished_migration& one : up({})) {
            verified_migration last = named(one);
            last.has_down = false;
            last.up_seconds = one.seconds;
            result.push_back(last);
            if (verified_) verified_(result.back());
        }
        return result;
    }

  private:
    [[nodiscard]] session& here() const { return database_->internal_session(); }

    [[nodiscard]] std::string version() const { return internal::present_version(here()); }

    std::vector<finished_migration> up(const migration_target& target,
                                       internal::relation_watch* watch = nullptr) {
        internal::run_guard guard;
        guard.leave_out = internal::reason_to_leave_out;
        if (watch != nullptr)
            guard.before_commit = [watch](session& on) { watch->look_at_locks(on); };
        return internal::migration_run(here(), options_, {}, guard).perform(target);
    }

    finished_migration down() {
        internal::run_guard guard;
        guard.leave_out = internal::reason_to_leave_out;
        return internal::migration_run(here(), options_, {}, guard)
            .perform({target_kind::steps_back, "", 1})
            .front();
    }

    // sqitch has scripts that fail if the way up did not do its work.
    void check(const std::string& version) {
        for (const internal::migration& one : set_.migrations) {
            if (one.version != version || !one.verify) continue;
            const auto values = internal::placeholders_for(set_.layout, options_.placeholders,
                                                           options_.fill_in, here());
            auto there = scratch_.connect();
            there->execute("RESET search_path");
            internal::run_in_scratch(*there, internal::filled_in(*one.verify, values), {});
        }
    }

    verified_migration versioned(const planned_migration& plan) {
        const migration_target target{target_kind::steps_forward, "", 1};
        verified_migration result = named(plan);
        const std::string before = version();
        internal::relation_watch watch(here());
        result.up_seconds = up(target, &watch).back().seconds;
        check(plan.version);
        result.locks = watch.locks();
        result.rewritten = watch.rewritten(here());
        const std::string after = version();
        const finished_migration undone = down();
        result.down_seconds = undone.seconds;
        result.derived = undone.derived;
        result.after_down = diff(*database_, before, version());
        try {
            (void)up(target);
        } catch (const internal::server_error& failed) {
            if (failed.code() == error_code::cancelled || failed.code() == error_code::connection)
                throw;
            result.failure = failed.what();
            return result;
        }
        result.after_second = diff(*database_, after, version());
        return result;
    }

    migrate_options options_;
    const internal::migration_set set_ = internal::read_migrations(options_.directory);
    const std::function<void(const verified_migration&)>& verified_;
    internal::scratch_database scratch_;
    std::unique_ptr<connection> database_;
};

}  // namespace

std::vector<verified_migration> verify_migrations(
    connection& database, const migrate_options& options,
    const std::function<void(const verified_migration&)>& verified) {
    if (!options.schemas.empty()) {
        throw error(error_code::usage, "migrations are tried out for the database, not for schemas",
                    "", "Leave out the schemas.");
    }
    session& here = database.internal_session();
    const internal::stopper stop(options.stop, here);
    stop.check();
    if (internal::migration_run(here, options).plan({}).empty()) return {};
    return trial(here, options, verified).all();
}

}  // namespace chronos
