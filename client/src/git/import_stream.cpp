#include "git/import_stream.hpp"

#include <fmt/format.h>

namespace chronos::internal {

namespace {

constexpr std::size_t kSubject = 72;

// What may stand in a name of git: no line end, no angle bracket, nothing at its ends that git
// cuts.
std::string name_of(std::string_view text) {
    std::string name;
    for (const char c : text) {
        const bool bad = static_cast<unsigned char>(c) < ' ' || c == '<' || c == '>' || c == 0x7f;
        name += bad ? '_' : c;
    }
    constexpr std::string_view kCut = " .,:;\"\\'";
    const auto begin = name.find_first_not_of(kCut);
    if (begin == std::string::npos) return "unknown";
    return name.substr(begin, name.find_last_not_of(kCut) - begin + 1);
}

std::string address_part(std::string_view text) {
    std::string part;
    for (const char c : name_of(text)) part += c == ' ' || c == '@' ? '_' : c;
    return part;
}

std::string data_command(std::string_view text) {
    std::string command = fmt::format("data {}\n", text.size());
    command += text;
    return command += '\n';
}

// One line, cut between characters.
std::string subject(std::string_view text) {
    std::string line;
    for (const char c : text) {
        const bool blank = static_cast<unsigned char>(c) <= ' ' || c == 0x7f;
        if (!blank) {
            line += c;
        } else if (!line.empty() && line.back() != ' ') {
            line += ' ';
        }
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    if (line.size() <= kSubject) return line;
    std::size_t end = kSubject - 3;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0U) == 0x80U) --end;
    return line.substr(0, end) + "...";
}

}  // namespace

std::string author_line(const commit_author& author) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(author.time);
    return fmt::format("{} <{}@{}> {} +0000", name_of(author.role), address_part(author.role),
                       author.application.empty() ? "postgresql" : address_part(author.application),
                       seconds.time_since_epoch().count());
}

std::string commit_message(const std::vector<std::string>& statements, std::string_view cause,
                           std::string_view version, std::string_view fingerprint) {
    const std::string first = statements.empty() ? "" : subject(statements.front());
    std::string message = first.empty() ? std::string(cause) : first;
    for (const std::string& statement : statements) {
        message += "\n\n" + statement;
        if (!statement.ends_with(';')) message += ';';
    }
    // git keeps no NUL in a message, and PostgreSQL none in a text.
    return message + fmt::format(
                         "\n\nChronos-Cause: {}\nChronos-Fingerprint: {}\n"
                         "Chronos-Version: {}\n",
                         cause, fingerprint, version);
}

std::string import_command(const commit& commit) {
    const std::string who = author_line(commit.author);
    std::string text =
        fmt::format("commit refs/heads/{}\nauthor {}\ncommitter {}\n", commit.branch, who, who);
    text += data_command(commit.message);
    if (!commit.parent.empty()) text += fmt::format("from {}\n", commit.parent);
    if (commit.everything) text += "deleteall\n";
    // Removals first: a file may take the place of one that goes.
    for (const commit_file& file : commit.files) {
        if (file.removed) text += fmt::format("D {}\n", file.path);
    }
    for (const commit_file& file : commit.files) {
        if (!file.removed)
            text += fmt::format("M 100644 inline {}\n", file.path) + data_command(file.content);
    }
    return text += '\n';
}

}  // namespace chronos::internal
