// What the doctor has to know of the machine, and no setting tells.
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>

#include "backend/door.hpp"
#include "backend/plan.hpp"

extern "C" {
#include <lib/stringinfo.h>
#include <mb/pg_wchar.h>
#include <storage/fd.h>
}

namespace chronos::doctor {

namespace {

constexpr int kMostBytes = 16 * 1024 * 1024;

// Null if it cannot be read. Inside call().
text* read_whole(const char* path) {
    FILE* const file = AllocateFile(path, "r");
    if (file == nullptr) {
        return nullptr;
    }
    StringInfoData out;
    initStringInfo(&out);
    char part[8192];
    std::size_t size = 0;
    while (out.len < kMostBytes && (size = fread(part, 1, sizeof(part), file)) > 0) {
        CHECK_FOR_INTERRUPTS();
        appendBinaryStringInfo(&out, part, static_cast<int>(size));
    }
    FreeFile(file);
    return cstring_to_text_with_len(out.data, out.len);
}

const char* path_argument(FunctionCallInfo fcinfo) {
    return backend::call(
        [fcinfo]() -> const char* { return text_to_cstring(PG_GETARG_TEXT_PP(0)); });
}

}  // namespace

}  // namespace chronos::doctor

// Names may be in any encoding, a text of SQL only in that of the database.
CHRONOS_SQL_FUNCTION(chronos_mount_table)
{
    text* const found =
        chronos::backend::call([] { return chronos::doctor::read_whole("/proc/self/mountinfo"); });
    if (found == nullptr) {
        PG_RETURN_NULL();
    }
    char* const bytes = VARDATA(found);
    std::replace_if(
        bytes, bytes + (VARSIZE(found) - VARHDRSZ),
        [](char each) { return each == '\0' || (static_cast<unsigned char>(each) & 0x80U) != 0; },
        '?');
    PG_RETURN_TEXT_P(found);
}

CHRONOS_SQL_FUNCTION(chronos_container_signs)
{
    (void)fcinfo;
    std::vector<std::string> signs;
    for (const char* const file : {"/.dockerenv", "/run/.containerenv"}) {
        if (access(file, F_OK) == 0) {
            signs.emplace_back(file);
        }
    }
    if (getenv("KUBERNETES_SERVICE_HOST") != nullptr) {
        signs.emplace_back("KUBERNETES_SERVICE_HOST");
    }
    return chronos::backend::text_array(signs);
}

CHRONOS_SQL_FUNCTION(chronos_real_path)
{
    char resolved[PATH_MAX];
    const char* const path = chronos::doctor::path_argument(fcinfo);
    if (realpath(path, resolved) == nullptr) {
        PG_RETURN_NULL();
    }
    const char* const found = resolved;
    if (!chronos::backend::call(
            [found] { return pg_verifymbstr(found, static_cast<int>(strlen(found)), true); })) {
        PG_RETURN_NULL();  // in another encoding than this database's
    }
    return chronos::backend::call([found] { return CStringGetTextDatum(found); });
}

CHRONOS_SQL_FUNCTION(chronos_disk_space)
{
    struct statvfs found {};
    if (statvfs(chronos::doctor::path_argument(fcinfo), &found) != 0) {
        PG_RETURN_NULL();
    }
    const auto bytes = [&found](fsblkcnt_t blocks) {
        return std::to_string(static_cast<std::uint64_t>(blocks) * found.f_frsize);
    };
    return chronos::backend::text_array({bytes(found.f_blocks), bytes(found.f_bavail)});
}
