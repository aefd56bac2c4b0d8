#include "ctl/record.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ctl/output.hpp"
#include "ctl/table.hpp"
#include "ctl/text.hpp"

namespace chronos::ctl {

namespace {

constexpr std::size_t kBriefObjects = 5;
constexpr std::size_t kBriefWidth = 200;

std::string change_line(const object_change& change) {
    std::string line = fmt::format("{} {} {}", change.action, change.kind, change.identity);
    if (!change.old_identity.empty()) line += " (was " + change.old_identity + ")";
    return line;
}

std::string origin(const version_record& record) {
    std::string text = record.role;
    if (!record.application.empty()) text += " via " + record.application;
    if (!record.address.empty()) text += " from " + record.address;
    return text;
}

void add_objects(field_list& fields, const version_record& record, detail how) {
    const std::size_t shown = how == detail::full ? record.objects.size()
                                                  : std::min(kBriefObjects, record.objects.size());
    for (std::size_t i = 0; i < shown; ++i) {
        fields.add(i == 0 ? "objects" : "", change_line(record.objects[i]));
    }
    if (shown < record.objects.size()) {
        fields.add("", fmt::format("and {} more", record.objects.size() - shown));
    }
}

void add_evidence(field_list& fields, const version_record& record) {
    if (!record.session_role.empty()) fields.add("session role", record.session_role);
    if (!record.transaction.empty()) fields.add("transaction", record.transaction);
    if (record.seconds)
        fields.add("duration", human_duration(std::chrono::duration<double>(*record.seconds)));
}

// Lines of a statement, indented; brief ones become one line.
std::string statement_text(const std::string& statement, detail how) {
    if (how == detail::brief) {
        return "    " + printable(shortened(one_line(statement), kBriefWidth)) + '\n';
    }
    std::string text;
    for (std::size_t start = 0; start <= statement.size();) {
        const std::size_t end = std::min(statement.find('\n', start), statement.size());
        text += "    " + printable(statement.substr(start, end - start)) + '\n';
        start = end + 1;
    }
    return text;
}

}  // namespace

std::string summary(const version_record& record) {
    std::string text;
    if (!record.labels.empty()) text = fmt::format("({}) ", fmt::join(record.labels, ", "));
    if (!record.statements.empty()) {
        text += one_line(record.statements.front());
        if (record.statements.size() > 1) {
            text += fmt::format(" (and {} more)", record.statements.size() - 1);
        }
    } else if (record.objects.size() == 1) {
        text += change_line(record.objects.front());
    } else if (!record.objects.empty()) {
        text += counted(record.objects.size(), "object");
    }
    return text;
}

std::string described(const version_record& record, const output& out, detail how) {
    std::string title = fmt::format("{}", static_cast<const schema_version&>(record));
    field_list fields;
    fields.add("time", local_time(record.committed_at));
    fields.add("cause", record.cause);
    if (record.observed_after) fields.add("after", local_time(*record.observed_after));
    if (!origin(record).empty()) fields.add("by", origin(record));
    if (how == detail::full) add_evidence(fields, record);
    if (how == detail::full) {
        fields.add("timeline", record.timeline);
        fields.add("fingerprint", record.fingerprint.hex());
    }
    add_objects(fields, record, how);
    std::string text = out.strong(printable(title)) + '\n' + fields.render();
    for (const std::string& statement : record.statements) text += statement_text(statement, how);
    return text;
}

}  // namespace chronos::ctl
