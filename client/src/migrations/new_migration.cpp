// The files of a new migration.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>

#include "chronos/error.hpp"
#include "chronos/migrate.hpp"
#include "migrations/layout.hpp"
#include "migrations/script_lines.hpp"

namespace chronos {

namespace {

namespace fs = std::filesystem;

struct new_file {
    std::string name;
    std::string text;
};

std::string slug(std::string_view name) {
    std::string result;
    for (const char c : name) {
        const auto letter = static_cast<unsigned char>(c);
        if (std::isalnum(letter) != 0 || letter >= 0x80) {
            result += c;
        } else if (!result.empty() && result.back() != '_') {
            result += '_';
        }
    }
    while (!result.empty() && result.back() == '_') result.pop_back();
    if (result.empty()) throw error(error_code::usage, "a migration needs a name");
    return result;
}

// One more, with as many digits: 0041 gives 0042.
std::string incremented(std::string digits) {
    for (auto place = digits.rbegin(); place != digits.rend(); ++place) {
        if (*place != '9') {
            ++*place;
            return digits;
        }
        *place = '0';
    }
    return '1' + digits;
}

// What looks like a time is followed by the time it is now.
std::string next_number(const std::string& last) {
    constexpr std::size_t kTimestamp = 14;
    if (last.size() != kTimestamp) return incremented(last);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
    std::tm fields{};
    gmtime_r(&seconds, &fields);
    const std::string stamp =
        fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}", fields.tm_year + 1900, fields.tm_mon + 1,
                    fields.tm_mday, fields.tm_hour, fields.tm_min, fields.tm_sec);
    return stamp > last ? stamp : incremented(last);
}

std::vector<new_file> flyway_files(const internal::migration& last, const std::string& name) {
    std::string version = last.version;
    const auto dot = version.rfind('.');
    const auto part = dot == std::string::npos ? 0 : dot + 1;
    version = version.substr(0, part) + next_number(version.substr(part));
    return {{fmt::format("V{}__{}.sql", version, name), ""}};
}

std::vector<new_file> files_like(const internal::migration_set& set, const std::string& name) {
    const auto last = std::find_if(
        set.migrations.rbegin(), set.migrations.rend(),
        [](const auto& one) { return one.kind == internal::migration_kind::versioned; });
    if (set.layout == "sqitch" || set.layout == "prisma" || last == set.migrations.rend()) {
        throw error(
            error_code::usage,
            fmt::format("a directory of {} gets its migrations from its own tool", set.layout));
    }
    if (set.layout == "flyway") return flyway_files(*last, name);
    const std::string number = next_number(std::string(internal::digits_of(last->up.file)));
    const std::string stem = fmt::format("{}_{}", number, name);
    if (set.layout == "pairs") return {{stem + ".up.sql", ""}, {stem + ".down.sql", ""}};
    if (set.layout == "goose") return {{stem + ".sql", "-- +goose Up\n\n-- +goose Down\n"}};
    if (set.layout == "dbmate") return {{stem + ".sql", "-- migrate:up\n\n-- migrate:down\n"}};
    if (set.layout == "node-pg-migrate")
        return {{stem + ".sql", "-- Up Migration\n\n-- Down Migration\n"}};
    return {{stem + ".sql", ""}};
}

bool is_new(const std::string& directory) {
    std::error_code failure;
    if (!fs::exists(directory, failure)) return true;
    return fs::is_directory(directory, failure) && fs::is_empty(directory, failure);
}

}  // namespace

std::vector<std::string> new_migration(const std::string& directory, std::string_view name) {
    const std::string file_name = slug(name);
    std::vector<new_file> files;
    if (is_new(directory)) {
        std::error_code failure;
        fs::create_directories(directory, failure);
        files = {{fmt::format("0001_{}.up.sql", file_name), ""},
                 {fmt::format("0001_{}.down.sql", file_name), ""}};
    } else {
        files = files_like(internal::read_migrations(directory), file_name);
    }
    std::vector<std::string> paths;
    for (const new_file& one : files) {
        const fs::path path = fs::path(directory) / one.name;
        std::ofstream file(path, std::ios::binary | std::ios::app);
        file << one.text;
        if (!file.flush())
            throw error(error_code::usage, fmt::format("could not write \"{}\"", path.string()));
        paths.push_back(path.string());
    }
    return paths;
}

}  // namespace chronos
