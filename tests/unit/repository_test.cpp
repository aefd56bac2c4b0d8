#include "chronos/repository.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "chronos/error.hpp"
#include "repository/reading_session.hpp"
#include "unit/sample_manifest.hpp"
#include "unit/temporary_directory.hpp"

namespace chronos {
namespace {

using internal::reading_session;
using internal::sample_id;
using internal::sample_manifest;
using internal::writing_session;

TEST(repository, what_was_committed_is_found_and_read_back) {
    const temporary_directory place;
    const repository made = repository::init(place / "repo");
    internal::manifest written;
    {
        writing_session session({made.url()});
        written = sample_manifest(session, sample_id(1), {"1\n2\n", "3\n"}, "first");
        session.commit(written);
    }
    reading_session reader(made.url());
    const internal::manifest read = reader.find(snapshot_selector::latest());
    EXPECT_EQ(read, written);
    EXPECT_EQ(reader.get_object(read.tables[0].pieces[1].object), "3\n");
    ASSERT_EQ(made.snapshots().size(), 1U);
    EXPECT_EQ(made.snapshots()[0].label, "first");
    EXPECT_EQ(made.snapshots()[0].rows, 2U);
}

TEST(repository, init_twice_changes_nothing) {
    const temporary_directory place;
    const std::string id = repository::init(place / "repo").id();
    EXPECT_EQ(repository::init(place / "repo").id(), id);
}

TEST(repository, init_refuses_a_directory_that_holds_something_else) {
    const temporary_directory place;
    std::ofstream(place / "thesis.txt") << "important";
    try {
        repository::init(place.path());
        FAIL();
    } catch (const error& problem) {
        EXPECT_EQ(problem.code(), error_code::refused);
        EXPECT_NE(problem.detail().find("thesis.txt"), std::string::npos);
    }
}

}  // namespace
}  // namespace chronos
