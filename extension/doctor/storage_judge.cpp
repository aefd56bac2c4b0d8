// The rules of client/src/core/storage.hpp as SQL functions, on any table of mounts.
#include "backend/door.hpp"
#include "backend/plan.hpp"
#include "core/repository_url.hpp"
#include "core/storage.hpp"

extern "C" {
#include <catalog/pg_type.h>
#include <utils/array.h>
}

namespace chronos::doctor {

namespace {

using namespace chronos::core;

std::string text_argument(FunctionCallInfo fcinfo, int number) {
    return backend::call(
        [fcinfo, number]() -> const char* { return text_to_cstring(PG_GETARG_TEXT_PP(number)); });
}

// As chronos.mount_table() shows names: bytes outside ASCII are ?.
std::string path_argument(FunctionCallInfo fcinfo, int number) {
    std::string path = text_argument(fcinfo, number);
    for (char& each : path) {
        each = (static_cast<unsigned char>(each) & 0x80U) != 0 ? '?' : each;
    }
    return path;
}

// As chronos.container_signs() names them.
surroundings signs_argument(FunctionCallInfo fcinfo, int number) {
    struct texts {
        Datum* items;
        int count;
    };
    const texts given = backend::call([fcinfo, number] {
        texts out{};
        deconstruct_array(PG_GETARG_ARRAYTYPE_P(number), TEXTOID, -1, false, TYPALIGN_INT,
                          &out.items, nullptr, &out.count);
        return out;
    });
    surroundings out;
    for (int i = 0; i < given.count; ++i) {
        const Datum item = given.items[i];
        const std::string sign =
            backend::call([item]() -> const char* { return TextDatumGetCString(item); });
        out.is_in_kubernetes = out.is_in_kubernetes || sign == "KUBERNETES_SERVICE_HOST";
        out.has_container_file = out.has_container_file || sign.starts_with('/');
    }
    return out;
}

struct question {
    mount_table mounts;
    surroundings around;
};

question asked(FunctionCallInfo fcinfo, int mounts, int signs) {
    return {mount_table::parse(text_argument(fcinfo, mounts)), signs_argument(fcinfo, signs)};
}

}  // namespace

}  // namespace chronos::doctor

CHRONOS_SQL_FUNCTION(chronos_judge_storage)
{
    using namespace chronos::core;
    const auto question = chronos::doctor::asked(fcinfo, 1, 2);
    const storage_verdict found =
        judge_storage(question.mounts, question.around, chronos::doctor::path_argument(fcinfo, 0));
    return chronos::backend::text_array(
        {std::string(name_of(found.kind)), std::string(name_of(found.how_sure)), found.volume,
         found.on.point, found.on.root, found.on.type, found.on.source, found.on.device});
}

CHRONOS_SQL_FUNCTION(chronos_misplaced_mount)
{
    using namespace chronos::core;
    const auto question = chronos::doctor::asked(fcinfo, 1, 2);
    const storage_verdict data =
        judge_storage(question.mounts, question.around, chronos::doctor::path_argument(fcinfo, 0));
    const mount* const found = find_misplaced_mount(question.mounts, data);
    if (found == nullptr) {
        PG_RETURN_NULL();
    }
    const storage_verdict there = judge_storage(question.mounts, question.around, found->point);
    return chronos::backend::text_array({found->point, found->root, there.volume});
}

CHRONOS_SQL_FUNCTION(chronos_nearness)
{
    using namespace chronos::core;
    const auto question = chronos::doctor::asked(fcinfo, 2, 3);
    const auto judged = [&](int argument) {
        return judge_storage(question.mounts, question.around,
                             chronos::doctor::path_argument(fcinfo, argument));
    };
    const char* name = "apart";
    switch (nearness_of(judged(0), judged(1))) {
        case nearness::same_volume:
            name = "same volume";
            break;
        case nearness::same_device:
            name = "same device";
            break;
        case nearness::apart:
            break;
    }
    return chronos::backend::call([name] { return CStringGetTextDatum(name); });
}

// The folder that a repository's URL names.
CHRONOS_SQL_FUNCTION(chronos_repository_path)
{
    const std::string url = chronos::doctor::text_argument(fcinfo, 0);
    const std::string path = chronos::internal::parse_repository_url(url).path;
    const char* const found = path.c_str();
    return chronos::backend::call([found] { return CStringGetTextDatum(found); });
}
