#include "migrations/migration_runner.hpp"

#include <fmt/format.h>

#include <chrono>

#include "migrations/checksum.hpp"
#include "migrations/migration_scopes.hpp"
#include "migrations/new_session.hpp"
#include "migrations/session_role.hpp"
#include "migrations/statement_kind.hpp"
#include "migrations/statement_run.hpp"
#include "migrations/stopper.hpp"
#include "migrations/unfinished_step.hpp"

namespace chronos::internal {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::string_view kInTransaction = "25001";      // active_sql_transaction
constexpr std::string_view kEndsTransaction = "2D000";    // invalid_transaction_termination
constexpr std::string_view kUnusableEnumValue = "55P04";  // unsafe_new_enum_value_usage

double seconds_since(clock::time_point begin) {
    return std::chrono::duration<double>(clock::now() - begin).count();
}

bool wants_no_transaction(const server_error& failure) {
    return failure.sqlstate() == kInTransaction || failure.sqlstate() == kEndsTransaction;
}

bool is_lost(const server_error& failure) { return failure.code() == error_code::connection; }

server_error with(const server_error& failure, const std::string& more, std::string hint = {}) {
    const char* between = failure.detail().empty() || more.empty() ? "" : "\n";
    return {failure.code(), failure.what(), failure.detail() + between + more,
            failure.hint().empty() ? std::move(hint) : failure.hint(), failure.sqlstate()};
}

std::string hint_for(const server_error& failure) {
    if (wants_no_transaction(failure) || failure.sqlstate() == kUnusableEnumValue)
        return "Put a line \"-- chronos: no-transaction\" into the script: its statements are then "
               "committed one by one.";
    if (is_lost(failure))
        return "Run it again: what was committed is known, and what was not is gone.";
    return {};
}

std::string text_of(const work_unit& unit) {
    std::string text;
    for (const sql_statement& one : unit.statements) text += std::string(one.text) + ";\n";
    return text;
}

std::string checksum_of(const work_unit& unit) {
    std::string text = text_of(unit);
    for (const sql_statement& one : unit.statements) text += one.rows;
    return script_checksum(text);
}

// What is checked only then fails without a statement of the script to blame.
void commit(transaction& open, const script& what) {
    try {
        open.commit();
    } catch (const server_error& failure) {
        if (failure.code() == error_code::cancelled || is_lost(failure)) throw;
        throw server_error(failure.code(),
                           fmt::format("{}: at COMMIT: {}", what.file, failure.what()),
                           failure.detail(), failure.hint(), failure.sqlstate());
    }
}

}  // namespace

void migration_runner::prepare() {
    begin_anew(session_);
    session_.execute(fmt::format("SET lock_timeout = {}; SET client_encoding = 'UTF8'",
                                 options_.locks.timeout.count()));
    enter_scope(session_, store_.scope());
}

script_outcome migration_runner::up(const migration& what, const script& by) {
    return run({what, by, direction::up});
}

script_outcome migration_runner::down(const migration& what, const script& by) {
    return run({what, by, direction::down});
}

script_outcome migration_runner::run(const job& work) {
    const stopper stop(options_.stop, session_);
    stop.check();
    const auto begin = clock::now();
    const work_plan plan = plan_work(work.by);
    script_outcome outcome;
    if (plan.whole) {
        with_lock_retries(session_, options_.locks, [&] { run_whole(work, plan.units.front()); });
    } else {
        outcome.steps_before = run_steps(work, plan);
    }
    outcome.seconds = seconds_since(begin);
    begin_anew(session_);
    if (work.way == direction::up) {
        outcome.versions = store_.finish(work.what, outcome.seconds);
    } else if (!plan.whole) {
        store_.finish_rollback(work.what);
    }
    return outcome;
}

// The record comes first: a script that takes on another role needs no rights on it, and a second
// runner would wait there.
void migration_runner::run_whole(const job& work, const work_unit& unit) {
    prepare();
    try {
        transaction whole(session_, unit.begin);
        if (work.way == direction::up) {
            store_.start(work.what, true);
        } else {
            store_.start_rollback(work.what, true);
        }
        for (const sql_statement& one : unit.statements) execute(work.by, one);
        if (options_.before_commit) options_.before_commit(session_);
        commit(whole, work.by);
    } catch (const server_error& failure) {
        if (is_lost(failure)) throw with(failure, "", hint_for(failure));
        throw with(failure,
                   fmt::format("All of migration {} has been rolled back.", work.what.version),
                   hint_for(failure));
    }
}

std::size_t migration_runner::run_steps(const job& work, const work_plan& plan) {
    prepare();
    if (work.way == direction::up) {
        store_.start(work.what, false);
    } else {
        store_.start_rollback(work.what, false);
    }
    const auto before = store_.steps(work.what, work.way);
    std::size_t done = 0;
    for (std::size_t i = 0; i < plan.units.size(); ++i) {
        const int number = static_cast<int>(i) + 1;
        const auto found = before.find(number);
        const stored_step* step = found == before.end() ? nullptr : &found->second;
        try {
            run_step(work, plan.units[i], number, step);
        } catch (const server_error& failure) {
            throw with(failure,
                       fmt::format("Step {} of {} failed; what was done before it is committed. "
                                   "Running the migration again goes on with it.",
                                   number, plan.units.size()),
                       hint_for(failure));
        }
        if (step != nullptr && step->state == "done") ++done;
    }
    return done;
}

void migration_runner::run_step(const job& work, const work_unit& unit, int number,
                                const stored_step* before) {
    if (before != nullptr && before->state == "done") {
        if (before->checksum != checksum_of(unit)) {
            throw error(error_code::refused,
                        fmt::format("step {} of \"{}\" is not what it was when it was done", number,
                                    work.by.file),
                        excerpt_of(text_of(unit)),
                        "Leave the statements that are done as they were, or undo the migration.");
        }
        for (const sql_statement& one : unit.statements) {
            if (changes_session(one.text)) execute(work.by, one);
        }
        return;
    }
    if (unit.alone || (before != nullptr && !before->memo.empty())) {
        run_alone(work, unit, number, before);
        return;
    }
    try {
        with_lock_retries(session_, options_.locks, [&] { run_together(work, unit, number); });
    } catch (const server_error& failure) {
        if (is_lost(failure) || failure.code() == error_code::cancelled) throw;
        if (unit.statements.size() == 1 && wants_no_transaction(failure)) {
            run_alone(work, unit, number, before);
            return;
        }
        note(work, unit, number, "failed", failure.what());
        throw;
    }
}

void migration_runner::run_together(const job& work, const work_unit& unit, int number) {
    transaction together(session_, unit.begin);
    if (!unit.rolled_back) note(work, unit, number, "done");
    for (const sql_statement& one : unit.statements) execute(work.by, one);
    if (!unit.rolled_back) commit(together, work.by);
}

void migration_runner::run_alone(const job& work, const work_unit& unit, int number,
                                 const stored_step* before) {
    const sql_statement& statement = unit.statements.front();
    std::string memo = before != nullptr ? before->memo : std::string();
    if (before != nullptr && step_is_done(session_, statement.text, memo)) {
        note(work, unit, number, "done");
        return;
    }
    if (memo.empty()) memo = memo_before(session_, statement.text);
    clear_the_way(session_, statement.text, memo);
    note(work, unit, number, "started", {}, memo.empty() ? "[]" : memo);
    // It waits for others without holding up anybody; a timeout would only leave its ruins.
    const std::string timeout =
        session_.query_one("SELECT pg_catalog.current_setting('lock_timeout')").text(0);
    session_.execute("SET lock_timeout = 0");
    try {
        execute(work.by, statement);
    } catch (const server_error& failure) {
        // Taking away what is left of it may wait for others; the next run does it as well.
        if (is_lost(failure) || failure.code() == error_code::cancelled) throw;
        note(work, unit, number, "failed", failure.what());
        clear_the_way(session_, statement.text, memo);
        throw;
    }
    (void)session_.query("SELECT pg_catalog.set_config('lock_timeout', $1, false)", {timeout});
    note(work, unit, number, "done");
}

void migration_runner::note(const job& work, const work_unit& unit, int number,
                            const std::string& state, const std::string& error,
                            const std::string& memo) {
    const own_role ours(session_);
    store_.note_step(work.what, work.way,
                     {number, text_of(unit), checksum_of(unit), state, error, memo});
}

void migration_runner::execute(const script& by, const sql_statement& one) {
    const std::string reason = options_.leave_out ? options_.leave_out(one.text) : std::string();
    if (reason.empty()) {
        run_statement_of(session_, by, one);
    } else if (options_.warning) {
        options_.warning(fmt::format("{}:{}: left out, because {}: {}", by.file, one.line, reason,
                                     excerpt_of(one.text)));
    }
}

void migration_runner::hook(const script& what) {
    const stopper stop(options_.stop, session_);
    stop.check();
    const work_plan plan = plan_work(what);
    prepare();
    for (const work_unit& unit : plan.units) {
        if (unit.alone) {
            execute(what, unit.statements.front());
            continue;
        }
        with_lock_retries(session_, options_.locks, [&] {
            transaction together(session_, unit.begin);
            for (const sql_statement& one : unit.statements) execute(what, one);
            if (!unit.rolled_back) commit(together, what);
        });
    }
    begin_anew(session_);
}

}  // namespace chronos::internal
