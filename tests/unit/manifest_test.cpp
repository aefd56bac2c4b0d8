#include "repository/manifest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chronos/error.hpp"
#include "repository/hash.hpp"

namespace chronos::internal {
namespace {

using testing::HasSubstr;

object_ref object(char digit) { return {std::string(64, digit), 100, 10}; }

manifest sample() {
    manifest of;
    of.id = "20261123T041932Z-0a1b2c3d";
    of.label = "before \"the\" release\n\t\\ ü 😀";
    of.created_at = *parse_timestamp("2026-11-23T04:19:32.000123Z");
    of.tool_version = "0.1.0";
    of.server = {150018, "15.18 (Debian)", "7300000000000000001"};
    of.database = {"app", 4294967295U, "postgres", "UTF8", "C", "C.UTF-8", "icu", "und"};
    of.chronos = chronos_info{"6f1c7d4e-0000-4000-8000-000000000001", 42, "00ff"};
    of.globals = object('1');
    of.pre_data = object('2');
    of.post_data = object('3');
    of.restore_script = object('4');
    of.tables.push_back({"we\"ird",
                         "line\nbreak",
                         table_kind::table,
                         {"a", "b\"c", "d'e"},
                         copy_format::text,
                         7,
                         200,
                         std::string(32, 'f'),
                         {{object('5'), 3}, {object('6'), 4}},
                         table_facts{16400,
                                     "base/5/16400",
                                     std::string(64, 'a'),
                                     {{0, 10, 10, "1/ABCDEF0", true, 1, std::string(32, 'd')},
                                      {10, {}, 3, "", false, 1, std::string(32, 'e')}}}});
    of.tables.push_back(
        {"chronos", "version", table_kind::extension, {}, copy_format::binary, 0, 0, "", {}, {}});
    of.sequences.push_back({"public", "s", std::numeric_limits<std::int64_t>::min(), true});
    of.sequences.push_back({"public", "t", std::numeric_limits<std::int64_t>::max(), false});
    of.large_objects = {2, 100, {{object('7'), 2}}};
    of.matviews = {{"public", "m"}, {"public", "n"}};
    of.incremental = incremental_info{1, "6f1c7d4e-0000-4000-8000-000000000002",
                                      "20261122T041932Z-0a1b2c3d", 1, 100};
    return of;
}

// The text with the checksum that belongs to it.
std::string signed_again(std::string text) {
    text.resize(text.rfind("\"sha256\":"));
    return text + "\"sha256\":\"" + sha256_hex(text) + "\"}\n";
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    const auto at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    text.replace(at, what.size(), by);
    return signed_again(text);
}

std::string failure(const std::string& text, error_code code = error_code::damaged) {
    try {
        (void)from_json(text);
    } catch (const error& problem) {
        EXPECT_EQ(problem.code(), code);
        return problem.what() + (" " + problem.detail());
    }
    return "accepted";
}

TEST(manifest, is_read_back_as_it_was_written) {
    EXPECT_EQ(from_json(to_json(sample())), sample());
    EXPECT_EQ(to_json(sample()), to_json(from_json(to_json(sample()))));
}

TEST(manifest, without_the_optional_parts_is_read_back_as_well) {
    manifest of = sample();
    of.label.clear();
    of.chronos.reset();
    of.globals.reset();
    of.tables.clear();
    of.sequences.clear();
    of.large_objects = {};
    of.matviews.clear();
    of.incremental.reset();
    of.server.system_identifier.clear();
    EXPECT_EQ(from_json(to_json(of)), of);
}

TEST(manifest, ranges_that_do_not_share_out_the_table_are_refused) {
    const std::string good = to_json(sample());
    EXPECT_THAT(failure(replaced(good, "\"first\":10", "\"first\":11")), HasSubstr("leaves a gap"));
    EXPECT_THAT(failure(replaced(good, "\"last\":10", "\"last\":null")), HasSubstr("leaves a gap"));
    EXPECT_THAT(failure(replaced(good, "\"last\":null", "\"last\":20")), HasSubstr("leaves a gap"));
    EXPECT_THAT(failure(replaced(good, "\"pieces\":1", "\"pieces\":2")), HasSubstr("is too many"));
    EXPECT_THAT(failure(replaced(good, "\"pieces\":1", "\"pieces\":0")),
                HasSubstr("leaves pieces out"));
    EXPECT_THAT(failure(replaced(good, "1/ABCDEF0", "1/ABCDEFG")),
                HasSubstr("is not a position in the WAL"));
    EXPECT_THAT(failure(replaced(good, std::string(32, 'd'), "")), HasSubstr("content_hash"));
}

TEST(manifest, without_what_incremental_snapshots_need_is_one_of_an_older_writer) {
    manifest of = sample();
    of.incremental.reset();
    of.tables[0].facts.reset();
    const std::string text = to_json(of);
    EXPECT_EQ(text.find("facts"), std::string::npos);
    EXPECT_EQ(text.find("incremental"), std::string::npos);
    EXPECT_EQ(from_json(text), of);
}

TEST(manifest, names_one_object_a_line_for_the_shell) {
    std::size_t most = 0;
    std::string text = to_json(sample());
    for (std::size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
        const std::string line = text.substr(begin, end - begin);
        std::size_t objects = 0;
        for (std::size_t at = 0; (at = line.find("\"object\":\"", at)) != std::string::npos; ++at) {
            ++objects;
        }
        most = std::max(most, objects);
    }
    EXPECT_EQ(most, 1U);
}

TEST(manifest, with_any_byte_changed_is_damaged) {
    const std::string good = to_json(sample());
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 1);
        EXPECT_NE(failure(bad), "accepted") << i;
    }
}

TEST(manifest, cut_short_anywhere_is_damaged) {
    const std::string good = to_json(sample());
    for (std::size_t i = 0; i < good.size(); ++i) {
        EXPECT_THAT(failure(good.substr(0, i)), HasSubstr("checksum")) << i;
    }
    EXPECT_THAT(failure(good + "\n"), HasSubstr("checksum"));
}

TEST(manifest, of_a_newer_format_is_refused_with_what_to_do) {
    const std::string newer =
        replaced(to_json(sample()), "\"major\":1,\"min_reader\":1", "\"major\":3,\"min_reader\":2");
    EXPECT_THAT(failure(newer, error_code::wrong_component), HasSubstr("format 3"));
}

TEST(manifest, of_a_newer_format_that_old_readers_understand_is_read) {
    const std::string newer =
        replaced(to_json(sample()), "\"major\":1,\"min_reader\":1", "\"major\":2,\"min_reader\":1");
    EXPECT_EQ(from_json(newer), sample());
}

TEST(manifest, with_members_that_this_version_does_not_know_is_read) {
    EXPECT_EQ(
        from_json(replaced(to_json(sample()), "\"label\":", "\"future\":[1,{}],\n\"label\":")),
        sample());
}

struct hostile {
    const char* what;
    const char* by;
    const char* complaint;
};

class hostile_manifest : public testing::TestWithParam<hostile> {};

TEST_P(hostile_manifest, is_refused_with_the_place_of_the_fault) {
    const auto& [what, by, complaint] = GetParam();
    EXPECT_THAT(failure(replaced(to_json(sample()), what, by)), HasSubstr(complaint));
}

INSTANTIATE_TEST_SUITE_P(
    every_kind, hostile_manifest,
    testing::Values(
        hostile{"\"id\":\"20261123T041932Z-0a1b2c3d\"", "\"id\":\"../../etc/passwd\"", "id is not"},
        hostile{"\"id\":\"20261123T041932Z-0a1b2c3d\"", "\"id\":7", "id is not a string"},
        hostile{"\"id\":\"20261123T041932Z-0a1b2c3d\",", "", "id is missing"},
        hostile{"\"label\":", "\"id\":\"20261123T041932Z-0a1b2c3d\",\n\"label\":", "twice"},
        hostile{"\"2026-11-23T04:19:32.000123Z\"", "\"yesterday\"", "created_at is not a moment"},
        hostile{"2222222222222222222222222222222222222222222222222222222222222222",
                "../../../../../../../../../../../../../../../../../../etc/passwd",
                "pre_data.object is not the name"},
        hostile{"2222222222222222222222222222222222222222222222222222222222222222",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "pre_data.object is not the name"},
        hostile{"\"plain_bytes\":100", "\"plain_bytes\":-100", "plain_bytes is not an integer"},
        hostile{"\"plain_bytes\":100", "\"plain_bytes\":1e2", "not a 64-bit integer"},
        hostile{"\"plain_bytes\":100", "\"plain_bytes\":18446744073709551615", "out of range"},
        hostile{"\"plain_bytes\":100", "\"plain_bytes\":18446744073709551616",
                "not a 64-bit integer"},
        hostile{"\"plain_bytes\":100", "\"plain_bytes\":\"100\"", "plain_bytes is not an integer"},
        hostile{"\"plain_bytes\":100", "\"plain_bytes\":null", "plain_bytes is not an integer"},
        hostile{"\"rows\":7", "\"rows\":8", "tables[0].rows is not the sum"},
        hostile{"\"bytes\":200", "\"bytes\":201", "tables[0].bytes is not the sum"},
        hostile{"\"format\":\"text\"", "\"format\":\"csv\"", "tables[0].format has an unknown"},
        hostile{"\"kind\":\"extension\"", "\"kind\":\"view\"", "tables[1].kind has an unknown"},
        hostile{"\"columns\":[\"a\"", "\"columns\":[\"\"", "tables[0].columns[0] is not the name"},
        hostile{"\"columns\":[\"a\"", "\"columns\":[[]", "tables[0].columns[0] is not the name"},
        hostile{"\"columns\":[\"a\"", "\"columns\":[\"a\\u0000\"", "tables[0].columns[0]"},
        hostile{"\"schema\":\"public\"", "\"schema\":\"\"", "sequences[0].schema is empty"},
        hostile{"\"name\":\"app\"", "\"name\":\"a\\u0000b\"", "database.name holds a zero"},
        hostile{"\"is_called\":true", "\"is_called\":1", "is_called is not true or false"},
        hostile{"-9223372036854775808", "-9223372036854775809", "not a 64-bit integer"},
        hostile{"9223372036854775807", "9223372036854775808", "last_value is out of range"},
        hostile{"\"matviews\":[", "\"matviews\":[[],", "matviews[0] is not an object"},
        hostile{"ffffffffffffffffffffffffffffffff", "gggggggggggggggggggggggggggggggg",
                "content_hash is not a hash"},
        hostile{"\"oid\":4294967295", "\"oid\":4294967296", "database.oid is out of range"},
        hostile{"\"min_reader\":1", "\"min_reader\":0", "is not a version"},
        hostile{"\"label\":", "\xff\"label\":", "no JSON from byte"}),
    [](const auto& one) { return "case_" + std::to_string(one.index); });

TEST(manifest, that_nests_without_end_is_refused) {
    const std::string deep(1000000, '[');
    const std::string text =
        replaced(to_json(sample()), "\"label\":", "\"deep\":" + deep + ",\n\"label\":");
    EXPECT_THAT(failure(text), HasSubstr("too deep"));
}

TEST(manifest, with_text_that_is_not_utf8_is_refused) {
    EXPECT_THAT(failure(replaced(to_json(sample()), "\"app\"", "\"a\xc3(\"")),
                HasSubstr("no JSON from byte"));
}

TEST(manifest, cannot_be_written_with_a_name_that_is_not_utf8) {
    manifest of = sample();
    of.tables[0].name = "caf\xe9";
    EXPECT_THROW((void)to_json(of), error);
}

TEST(manifest, tells_what_uses_each_object) {
    std::vector<std::string> uses;
    for_each_object(sample(), [&](const object_ref& ref, const std::string& user) {
        uses.push_back(ref.name.substr(0, 1) + " " + user);
    });
    EXPECT_THAT(uses, testing::ElementsAre("1 globals", "2 pre_data", "3 post_data",
                                           "4 restore_script", "5 table we\"ird.line\nbreak",
                                           "6 table we\"ird.line\nbreak", "7 large objects"));
}

}  // namespace
}  // namespace chronos::internal
