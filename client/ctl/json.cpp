#include "ctl/json.hpp"

#include <nlohmann/json.hpp>

namespace chronos::ctl {

namespace {

template <typename number>
json number_or_null(const std::optional<number>& value) {
    return value ? json(*value) : json();
}

}  // namespace

json text_or_null(const std::string& text) { return text.empty() ? json() : json(text); }

json to_json(const schema_version& version) {
    return {{"number", version.number},
            {"timeline", version.timeline},
            {"fingerprint", version.fingerprint.hex()},
            {"labels", version.labels},
            {"committed_at", to_string(version.committed_at)}};
}

json to_json(const version_record& record) {
    json result = to_json(static_cast<const schema_version&>(record));
    result["cause"] = record.cause;
    result["observed_after"] =
        record.observed_after ? json(to_string(*record.observed_after)) : json();
    result["role"] = text_or_null(record.role);
    result["session_role"] = text_or_null(record.session_role);
    result["application"] = text_or_null(record.application);
    result["address"] = text_or_null(record.address);
    result["transaction"] = text_or_null(record.transaction);
    result["seconds"] = number_or_null(record.seconds);
    result["statements"] = record.statements;
    result["objects"] = json::array();
    for (const object_change& change : record.objects) {
        result["objects"].push_back({{"action", change.action},
                                     {"kind", change.kind},
                                     {"identity", change.identity},
                                     {"old_identity", text_or_null(change.old_identity)}});
    }
    return result;
}

json to_json(const object_difference& difference) {
    const auto value = [](const std::optional<std::string>& text) {
        return text ? json(*text) : json();
    };
    json parts = json::array();
    for (const part_difference& part : difference.parts) {
        parts.push_back({{"part", part.part},
                         {"change", part.change},
                         {"old_name", text_or_null(part.old_name)},
                         {"old", value(part.old_value)},
                         {"new", value(part.value)}});
    }
    return {{"change", difference.change},
            {"kind", difference.kind},
            {"identity", difference.identity},
            {"old_identity", text_or_null(difference.old_identity)},
            {"parts", parts},
            {"old_sql", text_or_null(difference.old_sql)},
            {"sql", text_or_null(difference.sql)}};
}

json to_json(const plan_step& step) {
    return {{"statement", step.statement},
            {"kind", step.kind},
            {"identity", step.identity},
            {"hazards", step.hazards},
            {"lock", text_or_null(step.lock)},
            {"transactional", step.transactional},
            {"rows_at_stake", number_or_null(step.rows_at_stake)},
            {"bytes_at_stake", number_or_null(step.bytes_at_stake)},
            {"note", text_or_null(step.note)}};
}

json to_json(const snapshot_summary& snapshot) {
    return {{"id", snapshot.id},
            {"label", text_or_null(snapshot.label)},
            {"created_at", to_string(snapshot.created_at)},
            {"database", snapshot.database},
            {"version", number_or_null(snapshot.version)},
            {"timeline", text_or_null(snapshot.timeline)},
            {"tables", snapshot.tables},
            {"rows", snapshot.rows},
            {"plain_bytes", snapshot.plain_bytes},
            {"stored_bytes", snapshot.stored_bytes},
            {"reused_bytes", snapshot.reused_bytes},
            {"damage", text_or_null(snapshot.damage)}};
}

json to_json(const snapshot_run& run) {
    json result{{"id", run.id},
                {"label", text_or_null(run.label)},
                {"state", to_string(run.state)},
                {"requested_by", run.requested_by},
                {"started_at", to_string(run.started_at)},
                {"finished_at", run.finished_at ? json(to_string(*run.finished_at)) : json()},
                {"version", number_or_null(run.version)},
                {"tables", run.tables},
                {"rows", run.rows},
                {"plain_bytes", run.plain_bytes},
                {"stored_bytes", run.stored_bytes},
                {"reused_bytes", run.reused_bytes},
                {"seconds", run.seconds},
                {"repositories", run.repositories}};
    if (run.state == run_state::running) {
        result["phase"] = text_or_null(run.phase);
        result["tables_done"] = run.tables_done;
        result["bytes_done"] = run.bytes_done;
        result["bytes_total"] = run.bytes_total;
    }
    if (run.state == run_state::failed) {
        result["error"] = {{"code", text_or_null(run.code)},
                           {"message", run.message},
                           {"detail", run.detail},
                           {"hint", run.hint}};
    }
    return result;
}

json to_json(const known_repository& repository) {
    return {{"name", repository.name},
            {"url", repository.url},
            {"created_at", to_string(repository.created_at)}};
}

json to_json(const component_versions& components) {
    return {{"server", components.server},
            {"extension", text_or_null(components.extension)},
            {"available", text_or_null(components.available)},
            {"module", text_or_null(components.module)},
            {"library", components.library}};
}

}  // namespace chronos::ctl
