#include "repository/hash.hpp"

#include <gtest/gtest.h>

#include "repository/compress.hpp"

namespace chronos::internal {
namespace {

TEST(hash, sha256_is_the_one_of_the_standard) {
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256_hex("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(hash, only_64_lower_case_digits_are_the_name_of_an_object) {
    EXPECT_TRUE(is_object_name(sha256_hex("abc")));
    EXPECT_FALSE(is_object_name(""));
    EXPECT_FALSE(is_object_name(std::string(63, 'a')));
    EXPECT_FALSE(is_object_name(std::string(65, 'a')));
    EXPECT_FALSE(is_object_name(std::string(64, 'A')));
    EXPECT_FALSE(is_object_name(std::string(63, 'a') + "/"));
    EXPECT_FALSE(is_object_name(std::string(63, 'a') + std::string(1, '\0')));
}

TEST(hash, of_contents_does_not_depend_on_the_order_of_rows_or_on_how_they_are_split) {
    content_hash whole;
    for (const char* row : {"one", "two", "three", "two"}) whole.add_row(row);
    content_hash part;
    part.add_row("two");
    part.add_row("three");
    content_hash rest;
    rest.add_row("two");
    rest.add_row("one");
    rest.add(part);
    EXPECT_EQ(rest.hex(), whole.hex());
    EXPECT_EQ(content_hash().hex(), std::string(32, '0'));
}

TEST(hash, of_contents_sees_a_row_that_is_there_twice) {
    content_hash once;
    once.add_row("one");
    content_hash twice = once;
    twice.add_row("one");
    content_hash thrice = twice;
    thrice.add_row("one");
    EXPECT_NE(once, twice);
    EXPECT_NE(once, thrice);
}

// xxh3-128 of no bytes is 99aa06d3014798d86001c324468d497f; twice that carries over 2^64.
TEST(hash, of_contents_is_a_sum_modulo_2_to_the_128) {
    content_hash twice;
    twice.add_row("");
    EXPECT_EQ(twice.hex(), "99aa06d3014798d86001c324468d497f");
    twice.add_row("");
    EXPECT_EQ(twice.hex(), "33540da6028f31b0c00386488d1a92fe");
    twice.add(twice);
    EXPECT_EQ(twice.hex(), "66a81b4c051e636180070c911a3525fc");
}

TEST(compress, gives_back_what_it_was_given) {
    for (const std::size_t size : {0UL, 1UL, 100000UL, 8000000UL, 70000000UL}) {
        std::string plain;
        plain.reserve(size);
        for (std::size_t i = 0; i < size; ++i) plain += static_cast<char>(i * i >> 9);
        const std::string frame(compress(plain));
        std::string out = "left over";
        ASSERT_TRUE(decompress(frame, size, out)) << size;
        EXPECT_TRUE(out == plain) << size;
    }
}

TEST(compress, refuses_frames_that_are_not_what_they_should_be) {
    for (const std::size_t size : {1000UL, 70000000UL}) {
        const std::string plain(size, 'x');
        const std::string frame(compress(plain));
        std::string out;
        EXPECT_FALSE(decompress(frame, size - 1, out));
        EXPECT_FALSE(decompress(frame, size + 1, out));
        EXPECT_FALSE(decompress(frame.substr(0, frame.size() - 1), size, out));
        EXPECT_FALSE(decompress(frame + "x", size, out));
        EXPECT_FALSE(decompress(frame + frame, size, out));
        std::string altered = frame;
        altered.back() = static_cast<char>(altered.back() ^ 1);
        EXPECT_FALSE(decompress(altered, size, out));
        EXPECT_TRUE(decompress(frame, size, out));
    }
    std::string out;
    EXPECT_FALSE(decompress("", 0, out));
    EXPECT_FALSE(decompress("no frame at all", 15, out));
}

TEST(compress, believes_no_size_that_a_frame_only_claims) {
    // A frame header that states 2^62 bytes, and nothing behind it.
    const std::string frame("\x28\xb5\x2f\xfd\xe0\0\0\0\0\0\0\0\x40\x01\0\0", 16);
    std::string out;
    EXPECT_FALSE(decompress(frame, std::uint64_t{1} << 62, out));
}

}  // namespace
}  // namespace chronos::internal
