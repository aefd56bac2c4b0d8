#include "chronos/drill.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "chronos/restore.hpp"
#include "connection/scratch_database.hpp"
#include "repository/reading_session.hpp"
#include "restore/index_check.hpp"
#include "restore/target_database.hpp"

namespace chronos {

namespace {

using internal::session;
using clock = std::chrono::steady_clock;

double since(clock::time_point begin) {
    return std::chrono::duration<double>(clock::now() - begin).count();
}

// What says something about the snapshot, and not about this attempt.
bool is_result(const error& failure) {
    return failure.code() == error_code::damaged || failure.code() == error_code::database ||
           failure.code() == error_code::repository;
}

class drill {
  public:
    explicit drill(const drill_options& options)
        : options_(options),
          from_(options.repository),
          snapshot_(from_.find(options.snapshot)),
          beside_(options.server, "chronos drill"),
          scratch_(beside_, options.warning, internal::locale_of(snapshot_.database)),
          conninfo_(session::conninfo_to(options.server, scratch_.name())) {
        report_.snapshot = snapshot_.id;
        report_.repository = options.repository;
        report_.database = snapshot_.database.name;
        report_.started_at =
            std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    }

    drill_report run() {
        const auto begin = clock::now();
        try {
            restore();
            compare();
            if (options_.indexes) check();
        } catch (const error& failure) {
            if (!is_result(failure)) throw;
            report_.problems.push_back(
                failure.detail().empty() ? std::string(failure.what())
                                         : fmt::format("{}: {}", failure.what(), failure.detail()));
        }
        report_.seconds = since(begin);
        return report_;
    }

  private:
    void restore() {
        restore_options options;
        options.repository = options_.repository;
        options.snapshot = snapshot_selector::named(snapshot_.id);
        options.target = conninfo_;
        options.jobs = options_.jobs;
        options.roles = options_.roles;
        options.progress = options_.progress;
        options.warning = options_.warning;
        options.stop = options_.stop;
        const auto begin = clock::now();
        const restore_result result = restore_snapshot(options);
        report_.restore_seconds = since(begin);
        report_.tables = result.tables;
        report_.rows = result.rows;
        report_.plain_bytes = result.plain_bytes;
    }

    void compare() {
        compare_options options;
        options.jobs = options_.jobs;
        options.stop = options_.stop;
        const compare_report found =
            compare_snapshot(repository::open(options_.repository),
                             snapshot_selector::named(snapshot_.id), conninfo_, options);
        for (const table_difference& one : found.differences)
            report_.problems.push_back(fmt::format("{}: {}", one.table, one.detail));
    }

    void check() {
        std::vector<std::unique_ptr<session>> sessions;
        std::vector<session*> workers;
        for (unsigned i = 0; i < std::max(1U, options_.jobs); ++i) {
            sessions.push_back(std::make_unique<session>(conninfo_, "chronos drill"));
            workers.push_back(sessions.back().get());
        }
        try {
            const auto found = internal::check_indexes(workers, options_.stop);
            report_.indexes = found.checked;
            report_.problems.insert(report_.problems.end(), found.problems.begin(),
                                    found.problems.end());
        } catch (const internal::server_error& failure) {
            if (failure.code() == error_code::cancelled || failure.code() == error_code::connection)
                throw;
            // Not the snapshot's fault: the server lacks the extension, or the role the right.
            if (options_.warning)
                options_.warning(fmt::format("indexes were not checked: {}", failure.what()));
        }
    }

    const drill_options& options_;
    internal::reading_session from_;
    const internal::manifest snapshot_;
    session beside_;
    const internal::scratch_database scratch_;
    const std::string conninfo_;
    drill_report report_;
};

}  // namespace

drill_report drill_snapshot(const drill_options& options) { return drill(options).run(); }

}  // namespace chronos
