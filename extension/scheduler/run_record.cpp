#include "scheduler/run_record.hpp"

#include "backend/door.hpp"
#include "scheduler/run_lock.hpp"
#include "scheduler/settings.hpp"
#include "scheduler/work_transaction.hpp"

extern "C" {
#include <catalog/pg_type.h>
#include <mb/pg_wchar.h>
#include <utils/array.h>
#include <utils/timestamp.h>
}

namespace chronos::scheduler {

namespace {

using backend::argument;

std::string to_server_encoding(const std::string& utf8) {
    const char* const text = utf8.c_str();
    const int length = static_cast<int>(utf8.size());
    return backend::call(
        [=] { return static_cast<const char*>(pg_any_to_server(text, length, PG_UTF8)); });
}

std::string to_utf8(const std::string& server_text) {
    const char* const text = server_text.c_str();
    const int length = static_cast<int>(server_text.size());
    return backend::call(
        [=] { return static_cast<const char*>(pg_server_to_any(text, length, PG_UTF8)); });
}

argument timestamp(TimestampTz value) {
    return {TIMESTAMPTZOID, TimestampTzGetDatum(value), false};
}

argument text_array(const std::vector<std::string>& lines, bool utf8 = true) {
    const int count = static_cast<int>(lines.size());
    auto* const items = backend::call(
        [count] { return static_cast<Datum*>(palloc(sizeof(Datum) * static_cast<Size>(count))); });
    for (int i = 0; i < count; ++i) {
        const std::string& line = lines[static_cast<std::size_t>(i)];
        items[i] = argument::text(utf8 ? to_server_encoding(line) : line).value;
    }
    return {
        TEXTARRAYOID, backend::call([=] {
            return PointerGetDatum(construct_array(items, count, TEXTOID, -1, false, TYPALIGN_INT));
        }),
        false};
}

std::optional<std::string> optional_text(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

engine_target target() {
    work_transaction work;
    const auto rows = work.sql().query(
        "SELECT current_database(), (SELECT rolname FROM pg_authid WHERE oid = 10)");
    const std::string configured = settings::engine_user();
    // The bytes of these names are the same in every database, whatever its encoding.
    engine_target target{rows.at(0).at(0).value(),
                         configured.empty() ? rows[0].at(1).value_or("") : configured};
    work.commit();
    return target;
}

}  // namespace

run_record::run_record(const job_request& request, std::vector<std::string> words)
    : kind_(request.kind),
      id_(request.id),
      label_(request.label),
      jobs_(request.jobs),
      words_(std::move(words)) {
    {
        work_transaction work;
        const auto rows =
            work.sql().query("SELECT chronos.run_lock_key($1)", {argument::text(id_)});
        take_run_lock(run_lock::at_work, std::stoll(rows.at(0).at(0).value()));
        work.commit();
    }
    record_start(request);
}

std::string run_record::calling(const char* function) const {
    return std::string("SELECT ") + functions_of(kind_) + function;
}

void run_record::record_start(const job_request& request) {
    work_transaction work;
    std::vector<argument> arguments = {argument::text(id_)};
    if (kind_ == job_kind::undrop) {
        arguments.push_back(text_array(words_, false));
    } else {
        const std::string label = to_server_encoding(label_);
        arguments.push_back(argument::text_or_null(optional_text(label)));
    }
    arguments.push_back(argument::oid(request.role));
    arguments.push_back(timestamp(request.requested_at));
    work.sql().query(calling("_started($1, $2, $3, $4)").c_str(), arguments);
    work.commit();
}

engine_program run_record::program() const {
    return kind_ == job_kind::undrop ? find_engine(table_task(), target())
                                     : find_engine(snapshot_task(), target());
}

undrop_task run_record::table_task() const {
    undrop_task task;
    work_transaction work;
    task = {id_, to_utf8(words_.at(0)), words_.at(1) == "run", {}, {}};
    // Ids first; a URL has a colon.
    for (std::size_t i = 2; i < words_.size(); ++i) {
        auto& list = words_[i].find(':') == std::string::npos ? task.snapshots : task.repositories;
        list.push_back(to_utf8(words_[i]));
    }
    work.commit();
    return task;
}

engine_task run_record::snapshot_task() const {
    engine_task task{id_, label_, {}, {}, jobs_};
    work_transaction work;
    for (const backend::row& row :
         work.sql().query("SELECT url FROM chronos.repository ORDER BY created_at, name")) {
        task.repositories.push_back(row.at(0).value());
    }
    const auto rules = work.sql().query(
        "SELECT jsonb_object_agg(url, retention)::text FROM chronos.repository"
        " WHERE retention IS NOT NULL");
    task.retention = to_utf8(rules.at(0).at(0).value_or(""));
    work.commit();
    return task;
}

void run_record::engine_started(int pid) {
    work_transaction work;
    const std::string sql =
        std::string("UPDATE ") + table_of(kind_) + " SET engine_pid = $2 WHERE id = $1";
    work.sql().execute(sql.c_str(), {argument::text(id_), argument::bigint(pid)});
    work.commit();
}

run_record::report run_record::reported(const std::vector<std::string>& lines) {
    work_transaction work;
    const auto rows = work.sql().query(calling("_reported($1, $2)").c_str(),
                                       {argument::text(id_), text_array(lines)});
    work.commit();
    const std::string what = rows.at(0).at(0).value();
    return what == "error"      ? report::kError
           : what == "complete" ? report::kComplete
                                : report::kProgress;
}

void run_record::completed() {
    work_transaction work;
    work.sql().query(calling("_completed($1)").c_str(), {argument::text(id_)});
    work.commit();
    if (kind_ == job_kind::undrop) {
        survey();
    }
}

// In a transaction of its own: the table is back, whatever becomes of this.
void run_record::survey() {
    work_transaction work;
    work.sql().query("SELECT chronos.undrop_surveyed($1)", {argument::text(id_)});
    work.commit();
}

std::string run_record::failed(const run_failure& failure) {
    work_transaction work;
    const auto rows =
        work.sql().query(calling("_failed($1, $2, $3, $4, $5)").c_str(),
                         {argument::text(id_), argument::text_or_null(optional_text(failure.code)),
                          argument::text_or_null(optional_text(failure.message)),
                          argument::text_or_null(optional_text(failure.detail)),
                          argument::text_or_null(optional_text(failure.hint))});
    work.commit();
    return rows.empty() ? failure.message : rows[0].at(0).value_or("");
}

}  // namespace chronos::scheduler
