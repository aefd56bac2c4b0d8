#include "core/repository_url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chronos/error.hpp"

namespace chronos::internal {
namespace {

std::string refusal(const std::string& url) {
    try {
        return "accepted: " + parse_repository_url(url).path;
    } catch (const error& problem) {
        EXPECT_EQ(problem.code(), error_code::usage);
        EXPECT_FALSE(problem.hint().empty());
        return problem.what();
    }
}

TEST(repository_url, names_a_directory) {
    EXPECT_EQ(parse_repository_url("file:///srv/backup").path, "/srv/backup");
    EXPECT_EQ(parse_repository_url("FILE://localhost/srv/backup/").path, "/srv/backup");
    EXPECT_EQ(parse_repository_url("/srv/backup//").path, "/srv/backup");
    EXPECT_EQ(parse_repository_url("/").path, "/");
}

TEST(repository_url, decodes_percent_signs_in_urls_but_not_in_paths) {
    EXPECT_EQ(parse_repository_url("file:///a%20b/%C3%BC%25%3f").path, "/a b/\xC3\xBC%?");
    EXPECT_EQ(parse_repository_url("/a%20b").path, "/a%20b");
}

TEST(repository_url, has_one_text_for_one_path) {
    EXPECT_EQ(parse_repository_url("/a b/\xC3\xBC%?#").text, "file:///a%20b/%C3%BC%25%3F%23");
    for (const char* url : {"/a b", "file:///a b", "file:///a%20b/", "file://localhost/%61%20b"}) {
        EXPECT_EQ(parse_repository_url(url), parse_repository_url("/a b")) << url;
    }
    const auto url = parse_repository_url("/x'\"\n\\;&");
    EXPECT_EQ(parse_repository_url(url.text), url);
}

TEST(repository_url, refuses_what_it_cannot_mean) {
    EXPECT_EQ(refusal(""), "repository URL is empty");
    EXPECT_EQ(refusal("backup"), "repository path is not absolute");
    EXPECT_EQ(refusal("./backup"), "repository path is not absolute");
    EXPECT_EQ(refusal("file:/srv"), "repository URL has no path");
    EXPECT_EQ(refusal("file://"), "repository URL has no path");
    EXPECT_EQ(refusal("file://server/share"), "a file URL cannot name another host");
    EXPECT_EQ(refusal("file:///a?b"), "a file URL has no parameters");
    EXPECT_EQ(refusal("file:///a#b"), "a file URL has no parameters");
    EXPECT_EQ(refusal("file:///a%2"), "invalid percent-encoding in repository URL");
    EXPECT_EQ(refusal("file:///a%zz"), "invalid percent-encoding in repository URL");
    EXPECT_EQ(refusal("file:///a%00b"), "repository path holds a zero byte");
    EXPECT_EQ(refusal("ftp://host/path"), "unknown kind of repository URL");
}

TEST(repository_url, knows_s3_but_cannot_use_it_yet) {
    EXPECT_THAT(refusal("s3://bucket/prefix?region=eu-central-1"),
                testing::HasSubstr("S3 repositories are not available"));
}

TEST(repository_url, refuses_credentials_without_repeating_them) {
    for (const char* url :
         {"s3://KEY:hunter2@bucket/p", "s3://bucket/p?secret_access_key=hunter2",
          "https://user:hunter2@host/p", "s3://bucket?X-Amz-Security-Token=hunter2"}) {
        const std::string message = refusal(url);
        EXPECT_EQ(message, "a repository URL must not hold credentials") << url;
    }
}

}  // namespace
}  // namespace chronos::internal
