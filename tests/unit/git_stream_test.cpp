#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chronos/error.hpp"
#include "git/import_stream.hpp"
#include "process/child_process.hpp"

namespace chronos::internal {

using testing::EndsWith;
using testing::StartsWith;

namespace {

timestamp at(std::int64_t microseconds) {
    return timestamp(std::chrono::microseconds(microseconds));
}

}  // namespace

TEST(author_line, is_the_role_at_the_application) {
    EXPECT_EQ(author_line({"alice", "psql", at(1'700'000'000'999'999)}),
              "alice <alice@psql> 1700000000 +0000");
    EXPECT_EQ(author_line({"alice", "", at(0)}), "alice <alice@postgresql> 0 +0000");
}

TEST(author_line, nothing_in_a_name_ends_the_line_or_the_address) {
    const std::string line = author_line({"a>\nfrom x <b@c", "d\n> e", at(0)});
    EXPECT_EQ(line, "a__from x _b@c <a__from_x__b_c@d___e> 0 +0000");
    EXPECT_EQ(author_line({" ..,", "", at(0)}), "unknown <unknown@postgresql> 0 +0000");
}

TEST(author_line, times_before_1970_round_down) {
    EXPECT_EQ(author_line({"a", "b", at(-1)}), "a <a@b> -1 +0000");
}

TEST(commit_message, ends_with_the_trailers_whatever_the_statements_say) {
    const std::string message = commit_message(
        {"CREATE\n  TABLE a ()", "SELECT 1;\n\nChronos-Version: x/1"}, "ddl", "line/7", "f00d");
    EXPECT_THAT(message, StartsWith("CREATE TABLE a ()\n\nCREATE\n  TABLE a ();\n\nSELECT 1;"));
    EXPECT_THAT(message, EndsWith("\n\nChronos-Cause: ddl\nChronos-Fingerprint: f00d\n"
                                  "Chronos-Version: line/7\n"));
    EXPECT_THAT(commit_message({}, "baseline", "line/1", ""), StartsWith("baseline\n\nChronos-"));
}

TEST(commit_message, a_long_first_line_is_cut_between_characters) {
    std::string statement = "-- ";
    for (int i = 0; i < 60; ++i) statement += "\xc3\xbc";
    const std::string message = commit_message({statement}, "ddl", "l/1", "");
    const std::string subject = message.substr(0, message.find('\n'));
    EXPECT_LE(subject.size(), 72U);
    EXPECT_THAT(subject, EndsWith("\xc3\xbc..."));
}

TEST(import_command, removes_before_it_adds) {
    commit one;
    one.branch = "main";
    one.author = {"a", "b", at(0)};
    one.message = "m";
    one.parent = "abc";
    one.files = {{"x.sql", "new\n", false}, {"y.sql", "", true}};
    EXPECT_EQ(import_command(one),
              "commit refs/heads/main\nauthor a <a@b> 0 +0000\ncommitter a <a@b> 0 +0000\n"
              "data 1\nm\nfrom abc\nD y.sql\nM 100644 inline x.sql\ndata 4\nnew\n\n\n");
}

TEST(run_program, feeds_and_reads_more_than_any_buffer_holds) {
    const std::string much(3'000'000, 'x');
    const auto result = run_program({"/bin/cat"}, {}, {}, much);
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.output, much);
}

TEST(run_program, a_program_that_does_not_read_is_no_signal) {
    const auto result =
        run_program({"/bin/sh", "-c", "exit 3"}, {}, {}, std::string(3'000'000, 'x'));
    EXPECT_EQ(result.status, 3);
}

TEST(fed_program, tells_when_nobody_reads_any_more) {
    fed_program program({"/bin/sh", "-c", "echo why >&2; exit 1"}, {}, {});
    const std::string much(100'000, 'x');
    bool reads = true;
    for (int i = 0; i < 100 && reads; ++i) reads = program.write(much);
    EXPECT_FALSE(reads);
    const auto result = program.finish();
    EXPECT_EQ(result.status, 1);
    EXPECT_EQ(result.errors, "why\n");
}

TEST(fed_program, ends_when_it_is_told_to) {
    std::stop_source stop;
    fed_program program({"/bin/sh", "-c", "sleep 600"}, {}, stop.get_token());
    stop.request_stop();
    EXPECT_THROW((void)program.finish(), error);
}

TEST(find_program, looks_in_path) {
    EXPECT_THAT(find_program("sh"), EndsWith("/sh"));
    EXPECT_EQ(find_program("no-such-program-at-all"), "");
}

}  // namespace chronos::internal
