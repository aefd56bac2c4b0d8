#include "chronos/restore.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <iterator>

#include "repository/reading_session.hpp"
#include "restore/compare.hpp"
#include "restore/data_loader.hpp"
#include "restore/functions_of_others.hpp"
#include "restore/post_data.hpp"
#include "restore/roles.hpp"
#include "restore/table_selection.hpp"
#include "restore/target_database.hpp"

namespace chronos {
namespace internal {
namespace {

using clock = std::chrono::steady_clock;

// Foreign keys lock tables that others use, until the transaction ends.
constexpr auto kShortWaits = "SET LOCAL lock_timeout = '5s'";

// The work of one call of restore_snapshot.
class restore_run {
  public:
    explicit restore_run(const restore_options& options)
        : options_(options), from_(options.repository), meter_(options.progress) {}

    restore_result run();

  private:
    void restore_all(target_database& target);
    void create_roles(target_database& target);
    void connect(const target_database& target);
    // Single tables over one connection: all of it in one transaction.
    [[nodiscard]] bool is_one_transaction() const { return selection_ && options_.jobs == 1; }
    void drop_leftovers();
    void create_schema();
    [[nodiscard]] bool must_wait(const script_statement& statement) const;
    void choose_tables();
    [[nodiscard]] std::map<std::string, std::uint64_t> table_sizes() const;
    [[nodiscard]] on_failure policy() const;
    [[nodiscard]] std::vector<script_statement> statements_after_data();
    void load_data(post_data& rest);
    void build_rest(post_data& rest);
    void refresh_matviews(session& on, const interruption& interrupted);
    void analyze();
    void finish_chronos();
    void compare();
    void make_durable();
    void warn(const std::string& text);
    [[nodiscard]] bool is_left_out(const std::string& schema) const {
        return without_chronos_ && schema == "chronos";
    }
    [[nodiscard]] std::vector<script_statement> kept(std::string_view script) const;
    [[nodiscard]] std::vector<sequence_state> sequences() const;

    const restore_options& options_;
    reading_session from_;
    progress_meter meter_;
    manifest snapshot_;
    std::string pre_data_;
    std::string post_data_;
    std::vector<std::unique_ptr<session>> sessions_;
    std::vector<session*> workers_;
    std::vector<const table_data*> tables_;
    std::optional<table_selection> selection_;  // none: everything
    std::vector<script_statement> grants_;      // that wait for the end
    bool without_chronos_ = false;
    restore_result result_;
};

void restore_run::warn(const std::string& text) {
    result_.warnings.push_back(text);
    if (options_.warning) options_.warning(text);
}

restore_result restore_run::run() {
    const auto started = clock::now();
    snapshot_ = from_.find(options_.snapshot);
    result_.snapshot = snapshot_.id;
    // Before anything is changed: what must be readable is read.
    pre_data_ = from_.get_object(snapshot_.pre_data);
    post_data_ = from_.get_object(snapshot_.post_data);
    if (!options_.tables.empty()) selection_.emplace(options_.tables, snapshot_, pre_data_);
    target_database target(options_);
    result_.database = target.name();
    try {
        restore_all(target);
    } catch (const error& failure) {
        if (!target.leaves_a_part() || sessions_.empty() || is_one_transaction()) throw;
        throw error(
            failure.code(), failure.what(), failure.detail(),
            fmt::format("{}{}Database \"{}\" now holds a part of the snapshot: drop and create "
                        "it before the next attempt.",
                        failure.hint(), failure.hint().empty() ? "" : " ", target.name()));
    }
    result_.seconds = std::chrono::duration<double>(clock::now() - started).count();
    return result_;
}

void restore_run::restore_all(target_database& target) {
    meter_.begin(progress_phase::schema);
    if (options_.roles && snapshot_.globals && !selection_) create_roles(target);
    target.prepare(snapshot_.database, [this](const std::string& text) { warn(text); });
    connect(target);
    if (!selection_) drop_leftovers();
    create_schema();
    choose_tables();
    if (is_one_transaction() && !options_.run_functions) {
        refuse_functions_of_others(*sessions_.front(), selection_->loaded(*sessions_.front()));
    }
    post_data rest(statements_after_data(), table_sizes(), policy(),
                   [this](const std::string& text) { warn(text); });
    load_data(rest);
    meter_.begin(progress_phase::indexes);
    build_rest(rest);
    if (options_.analyze) analyze();
    if (!selection_) finish_chronos();
    if (options_.compare) compare();
    make_durable();
    sessions_.clear();
    target.complete();
}

void restore_run::create_roles(target_database& target) {
    const auto globals = from_.get_object(*snapshot_.globals);
    run_workers({&target.server()}, options_.stop, [&](session& on, const interruption&) {
        result_.roles_created =
            create_missing_roles(on, globals, [this](const std::string& text) { warn(text); });
    });
}

void restore_run::connect(const target_database& target) {
    for (unsigned i = 0; i < std::max(1U, options_.jobs); ++i) {
        sessions_.push_back(target.connect());
        auto& on = *sessions_.back();
        on.execute(
            "SET synchronous_commit = off; SET maintenance_work_mem = '256MB';"
            "SET client_encoding = " +
            session::quote_literal(snapshot_.encoding));
        // The history comes with the data. Single tables are a change like any other.
        if (!selection_) on.query("SELECT pg_catalog.set_config('chronos.capture', 'off', false)");
        workers_.push_back(&on);
    }
    if (is_one_transaction()) sessions_.front()->execute("BEGIN");
    if (selection_) selection_->require_absent(*sessions_.front());
}

// An extension without content was not in the way of the check; now it must make room for the one
// in the snapshot, whose history comes with the data.
void restore_run::drop_leftovers() {
    auto& on = *sessions_.front();
    if (pre_data_.find("\nCREATE EXTENSION IF NOT EXISTS chronos ") == std::string::npos &&
        pre_data_.find("\nCREATE SCHEMA chronos;") == std::string::npos) {
        return;
    }
    on.execute("DROP EXTENSION IF EXISTS chronos CASCADE");
    on.execute("DROP SCHEMA IF EXISTS chronos CASCADE");
    without_chronos_ =
        pre_data_.find("\nCREATE EXTENSION IF NOT EXISTS chronos ") != std::string::npos &&
        on.query("SELECT FROM pg_available_extensions WHERE name = 'chronos'").empty();
    if (without_chronos_) {
        warn("the server does not have the extension chronos: the schema's history is left out");
    }
}

std::vector<script_statement> restore_run::kept(std::string_view script) const {
    auto statements = read_dump_script(script);
    if (selection_) return selection_->kept(std::move(statements), *sessions_.front());
    if (!without_chronos_) return statements;
    std::erase_if(statements, [](const script_statement& statement) {
        return statement.schema == "chronos" ||
               (statement.type == "EXTENSION" && statement.name == "chronos") ||
               statement.name == "EXTENSION chronos" || statement.name == "SCHEMA chronos" ||
               statement.text.starts_with("CREATE EXTENSION IF NOT EXISTS chronos ");
    });
    return statements;
}

void restore_run::create_schema() {
    run_workers(
        {workers_.front()}, options_.stop, [&](session& on, const interruption& interrupted) {
            for (auto& statement : kept(pre_data_)) {
                interrupted.check();
                if (must_wait(statement)) {
                    grants_.push_back(std::move(statement));
                    continue;
                }
                const warn_function warn_one = [this](const std::string& text) { warn(text); };
                if (is_one_transaction()) {
                    run_statement_within(on, statement, warn_one);
                } else {
                    run_statement(on, statement, warn_one);
                }
            }
        });
}

// Where others see the rows of single tables before row security stands, nobody has a right yet.
bool restore_run::must_wait(const script_statement& statement) const {
    return selection_ && !is_one_transaction() && statement.type == "ACL" &&
           !statement.text.starts_with("REVOKE ");
}

void restore_run::choose_tables() {
    for (const auto& table : snapshot_.tables) {
        if (!selection_ && !is_left_out(table.schema)) tables_.push_back(&table);
    }
    if (selection_) tables_ = selection_->tables();
    for (const auto* table : tables_) {
        ++result_.tables;
        result_.rows += table->rows;
        result_.plain_bytes += table->bytes;
    }
}

std::map<std::string, std::uint64_t> restore_run::table_sizes() const {
    std::map<std::string, std::uint64_t> sizes;
    for (const auto* table : tables_) {
        sizes[quoted_table(table->schema, table->name)] = table->bytes;
    }
    return sizes;
}

// Single tables can refer to functions and tables that the target does not have: the rows count.
on_failure restore_run::policy() const {
    if (!selection_) return on_failure::stop;
    return is_one_transaction() ? on_failure::take_back : on_failure::warn;
}

std::vector<script_statement> restore_run::statements_after_data() {
    auto statements = kept(post_data_);
    if (is_one_transaction()) {
        std::erase_if(statements, [](const script_statement& statement) {
            return statement.text.starts_with("SET lock_timeout ");
        });
    }
    if (selection_) {
        for (auto& statement : selection_->attachments(*sessions_.front())) {
            statements.push_back(std::move(statement));
        }
        std::move(grants_.begin(), grants_.end(), std::back_inserter(statements));
    }
    return statements;
}

// A table's plain indexes are built as soon as its rows are in, while others are being loaded.
void restore_run::load_data(post_data& rest) {
    data_loader loader(
        from_, tables_, meter_,
        [&rest](const table_data& table, session& on, const interruption& interrupted) {
            rest.build_indexes_of(quoted_table(table.schema, table.name), on, interrupted);
        });
    loader.run(workers_, options_.stop);
    run_workers({workers_.front()}, options_.stop,
                [&](session& on, const interruption& interrupted) {
                    set_sequences(on, sequences());
                    if (!selection_)
                        load_large_objects(from_, snapshot_.large_objects, on, interrupted);
                });
    if (!selection_) result_.plain_bytes += snapshot_.large_objects.bytes;
}

std::vector<sequence_state> restore_run::sequences() const {
    if (selection_) return selection_->sequences(snapshot_);
    auto result = snapshot_.sequences;
    std::erase_if(result, [this](const auto& sequence) { return is_left_out(sequence.schema); });
    return result;
}

void restore_run::build_rest(post_data& rest) {
    if (is_one_transaction()) sessions_.front()->execute(kShortWaits);
    rest.build_indexes(workers_, options_.stop);
    run_workers({workers_.front()}, options_.stop,
                [&](session& on, const interruption& interrupted) {
                    rest.run_rest(on, interrupted);
                    if (options_.refresh && !selection_) refresh_matviews(on, interrupted);
                    rest.run_event_triggers(on, interrupted);
                });
}

void restore_run::refresh_matviews(session& on, const interruption& interrupted) {
    for (const auto& view : snapshot_.matviews) {
        interrupted.check();
        const auto name = quoted_table(view.schema, view.name);
        try {
            on.execute("REFRESH MATERIALIZED VIEW " + name);
        } catch (const server_error& failure) {
            if (failure.code() != error_code::database) throw;
            warn(fmt::format("materialized view {} is not filled: {}", name, failure.what()));
        }
    }
}

void restore_run::analyze() {
    std::atomic<std::size_t> next = 0;
    run_workers(workers_, options_.stop, [&](session& on, const interruption& interrupted) {
        for (auto i = next++; i < tables_.size(); i = next++) {
            interrupted.check();
            if (tables_[i]->rows == 0) continue;
            on.execute("ANALYZE " + quoted_table(tables_[i]->schema, tables_[i]->name));
        }
    });
}

void restore_run::finish_chronos() {
    auto& on = *sessions_.front();
    if (on.query_one("SELECT to_regprocedure('chronos.finish_restore(text)')").is_null(0)) return;
    run_workers({&on}, options_.stop, [&](session&, const interruption&) {
        on.query("SELECT chronos.finish_restore($1)", {snapshot_.id});
        const auto now =
            on.query_one("SELECT chronos.current_version(), chronos.current_timeline()");
        if (!now.is_null(0)) result_.version = now.number(0);
        result_.timeline = now.text(1);
    });
}

void restore_run::compare() {
    const auto report = compare_contents(tables_, sequences(), workers_, options_.stop, meter_);
    result_.compared = true;
    if (report.equal()) return;
    std::string detail;
    for (const auto& difference : report.differences) {
        detail += fmt::format("{}{}: {}", detail.empty() ? "" : "\n", difference.table,
                              difference.detail);
    }
    throw error(error_code::damaged, "the restored database is not equal to the snapshot", detail);
}

// Until here no commit waited for the disk; this one does, and with it all before it.
void restore_run::make_durable() {
    if (is_one_transaction()) {
        sessions_.front()->execute("SET LOCAL synchronous_commit = on; COMMIT");
        return;
    }
    sessions_.front()->execute(
        "SET synchronous_commit = on; BEGIN; SELECT pg_catalog.pg_current_xact_id(); COMMIT");
}

}  // namespace
}  // namespace internal

restore_result restore_snapshot(const restore_options& options) {
    return internal::restore_run(options).run();
}

}  // namespace chronos
