// What every kind of storage must do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "repository/directory_storage.hpp"
#include "unit/memory_storage.hpp"
#include "unit/temporary_directory.hpp"

namespace chronos::internal {
namespace {

using testing::UnorderedElementsAre;

// Each kind opens as many handles to one new repository as a test wants.
class in_directory {
  public:
    in_directory() { directory_storage::init(where()); }
    [[nodiscard]] std::shared_ptr<storage> open() const {
        return std::make_shared<directory_storage>(where(), access_mode::write);
    }

  private:
    [[nodiscard]] repository_url where() const { return parse_repository_url(place_ / "repo"); }
    temporary_directory place_;
};

class in_memory {
  public:
    [[nodiscard]] std::shared_ptr<storage> open() const {
        return std::make_shared<memory_storage>(memory_);
    }

  private:
    std::shared_ptr<memory> memory_ = std::make_shared<memory>();
};

template <typename Kind>
class storage_conformance : public testing::Test {
  protected:
    Kind kind_;
};

struct kind_names {
    template <typename Kind>
    static std::string GetName(int) {
        return std::is_same_v<Kind, in_memory> ? "memory" : "directory";
    }
};
using kinds = testing::Types<in_directory, in_memory>;
TYPED_TEST_SUITE(storage_conformance, kinds, kind_names);

std::string key(char digit) { return object_key(std::string(64, digit)); }

TYPED_TEST(storage_conformance, a_file_is_read_by_others_as_it_was_put) {
    const auto writer = this->kind_.open();
    const auto reader = this->kind_.open();
    for (const std::string& contents :
         {std::string(), std::string("a\0b", 3), std::string(9000000, 'x')}) {
        writer->remove(key('a'));
        EXPECT_TRUE(writer->put(key('a'), contents));
        std::string out = "what was there before";
        ASSERT_TRUE(reader->get(key('a'), out));
        EXPECT_TRUE(out == contents);
        EXPECT_EQ(reader->size(key('a')), contents.size());
    }
}

TYPED_TEST(storage_conformance, a_file_is_held_if_it_has_its_size) {
    const auto storage = this->kind_.open();
    EXPECT_FALSE(storage->hold(key('a'), 0));
    EXPECT_TRUE(storage->put(key('a'), "first"));
    EXPECT_TRUE(storage->hold(key('a'), 5));
    EXPECT_FALSE(storage->hold(key('a'), 4));
    EXPECT_FALSE(storage->hold(key('b'), 5));
}

TYPED_TEST(storage_conformance, a_file_is_never_overwritten_by_put) {
    const auto storage = this->kind_.open();
    EXPECT_TRUE(storage->put(key('a'), "first"));
    EXPECT_FALSE(storage->put(key('a'), "second"));
    std::string out;
    ASSERT_TRUE(storage->get(key('a'), out));
    EXPECT_EQ(out, "first");
}

TYPED_TEST(storage_conformance, replace_takes_the_place_of_what_is_there) {
    const auto storage = this->kind_.open();
    EXPECT_TRUE(storage->put(key('a'), "first"));
    storage->replace(key('a'), "second");
    std::string out;
    ASSERT_TRUE(storage->get(key('a'), out));
    EXPECT_EQ(out, "second");
}

TYPED_TEST(storage_conformance, what_is_not_there_is_no_error) {
    const auto storage = this->kind_.open();
    std::string out;
    EXPECT_FALSE(storage->get(key('a'), out));
    EXPECT_FALSE(storage->get(manifest_key("20261123T041932Z-00000001"), out));
    EXPECT_EQ(storage->size(key('a')), std::nullopt);
    EXPECT_FALSE(storage->remove(key('a')));
}

TYPED_TEST(storage_conformance, what_is_removed_is_gone) {
    const auto storage = this->kind_.open();
    EXPECT_TRUE(storage->put(key('a'), "first"));
    EXPECT_TRUE(storage->remove(key('a')));
    EXPECT_EQ(storage->size(key('a')), std::nullopt);
    EXPECT_TRUE(storage->put(key('a'), "again"));
}

TYPED_TEST(storage_conformance, a_list_shows_the_files_of_one_folder_with_their_sizes) {
    const auto storage = this->kind_.open();
    const std::string manifest = manifest_key("20261123T041932Z-00000001");
    EXPECT_TRUE(storage->put(key('a'), "1"));
    EXPECT_TRUE(storage->put(key('b'), "22"));
    EXPECT_TRUE(storage->put(manifest, "333"));
    std::vector<stored_file> objects;
    storage->list("objects", [&](const stored_file& file) { objects.push_back(file); });
    EXPECT_THAT(objects, UnorderedElementsAre(stored_file{key('a'), 1}, stored_file{key('b'), 2}));
    std::vector<stored_file> manifests;
    storage->list("snapshots", [&](const stored_file& file) { manifests.push_back(file); });
    EXPECT_THAT(manifests, UnorderedElementsAre(stored_file{manifest, 3}));
}

TYPED_TEST(storage_conformance, of_many_that_put_one_key_at_once_exactly_one_makes_it) {
    const auto storage = this->kind_.open();
    for (int round = 0; round < 20; ++round) {
        std::atomic<int> made = 0;
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 4; ++i) {
                threads.emplace_back([&] {
                    if (storage->put(key('c'), "same")) ++made;
                });
            }
        }
        EXPECT_EQ(made, 1);
        storage->remove(key('c'));
    }
}

TYPED_TEST(storage_conformance, threads_that_put_different_keys_do_not_disturb_each_other) {
    const auto storage = this->kind_.open();
    {
        std::vector<std::jthread> threads;
        for (const char digit : {'1', '2', '3', '4'}) {
            threads.emplace_back([&storage, digit] {
                for (const char second : {'5', '6', '7', '8'}) {
                    EXPECT_TRUE(storage->put(object_key(std::string(63, digit) + second),
                                             std::string(1000, second)));
                }
            });
        }
    }
    storage->sync();
    int files = 0;
    storage->list("objects", [&](const stored_file& file) {
        EXPECT_EQ(file.bytes, 1000U);
        ++files;
    });
    EXPECT_EQ(files, 16);
}

TYPED_TEST(storage_conformance, shared_locks_go_together_and_keep_an_exclusive_one_out) {
    const auto one = this->kind_.open();
    const auto two = this->kind_.open();
    auto first = one->try_lock(lock_mode::shared);
    auto second = two->try_lock(lock_mode::shared);
    EXPECT_TRUE(first && second);
    EXPECT_FALSE(one->try_lock(lock_mode::exclusive));
    first.reset();
    EXPECT_FALSE(one->try_lock(lock_mode::exclusive));
    second.reset();
    EXPECT_TRUE(one->try_lock(lock_mode::exclusive));
}

TYPED_TEST(storage_conformance, an_exclusive_lock_keeps_every_other_out) {
    const auto one = this->kind_.open();
    const auto two = this->kind_.open();
    const auto alone = one->try_lock(lock_mode::exclusive);
    ASSERT_TRUE(alone);
    EXPECT_FALSE(two->try_lock(lock_mode::shared));
    EXPECT_FALSE(two->try_lock(lock_mode::exclusive));
}

TYPED_TEST(storage_conformance, forgotten_manifests_are_listed_apart) {
    const auto writer = this->kind_.open();
    const auto list = [](storage& in) {
        std::vector<std::string> keys;
        in.list("forgotten", [&keys](const stored_file& file) { keys.push_back(file.key); });
        return keys;
    };
    EXPECT_THAT(list(*writer), testing::IsEmpty());
    const std::string name = "forgotten/20261127T000000Z-20261123T041932Z-00000001.json";
    EXPECT_FALSE(writer->remove(name));
    EXPECT_TRUE(writer->put(name, "text"));
    writer->sync();
    const auto reader = this->kind_.open();
    EXPECT_THAT(list(*reader), UnorderedElementsAre(name));
    std::string out;
    EXPECT_TRUE(reader->get(name, out));
    EXPECT_TRUE(writer->remove(name));
    EXPECT_THAT(list(*reader), testing::IsEmpty());
}

TYPED_TEST(storage_conformance, a_journal_is_kept_for_others_until_it_is_forgotten) {
    const auto writer = this->kind_.open();
    writer->journal("w1", "one");
    writer->journal("w1", "two");
    writer->journal("w2", "three");
    const auto other = this->kind_.open();
    other->sweep_unfinished();
    EXPECT_THAT(other->journals(), UnorderedElementsAre("w1", "w2"));
    EXPECT_THAT(other->read_journal("w1"), testing::ElementsAre("one", "two"));
    other->forget_journal("w1");
    other->forget_journal("w1");
    EXPECT_THAT(writer->journals(), UnorderedElementsAre("w2"));
}

}  // namespace
}  // namespace chronos::internal
