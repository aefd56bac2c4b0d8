#include "repository/object_store.hpp"

#include <new>
#include <stdexcept>

#include "chronos/error.hpp"
#include "repository/compress.hpp"
#include "repository/hash.hpp"

namespace chronos::internal {
namespace {

[[noreturn]] void fail(const object_ref& ref, const std::string& how, std::string detail) {
    throw error(error_code::damaged, "object " + ref.name + " is " + how, std::move(detail),
                "Restore it from another repository or an earlier copy, or use another snapshot.");
}

// Reads into a buffer of this thread.
std::string& stored_buffer() {
    thread_local std::string buffer;
    return buffer;
}

bool is_intact(storage& in, const object_ref& ref) {
    std::string plain;
    try {
        get_object(in, ref, plain);
    } catch (const error& problem) {
        if (problem.code() == error_code::damaged) return false;
        throw;
    }
    return true;
}

}  // namespace

packed_object pack_object(std::string_view plain) {
    const std::string_view stored = compress(plain);
    return {{sha256_hex(plain), plain.size(), stored.size()}, stored};
}

bool put_object(storage& into, const packed_object& object) {
    const std::string key = object_key(object.ref.name);
    if (into.put(key, object.stored)) return true;
    // Another version of zstd may have made a frame of another size; a damaged one has to go.
    if (into.size(key) == object.ref.stored_bytes || is_intact(into, object.ref)) return false;
    into.replace(key, object.stored);
    return true;
}

void get_object(storage& from, const object_ref& ref, std::string& out) try {
    std::string& stored = stored_buffer();
    if (!is_object_name(ref.name)) fail(ref, "damaged", "Its name is not a SHA-256.");
    const std::string key = object_key(ref.name);
    const auto size = from.size(key);
    if (size && *size > largest_frame(ref.plain_bytes)) {
        fail(ref, "damaged", "It is larger than anything that could be in it.");
    }
    if (!size || !from.get(key, stored)) fail(ref, "missing", {});
    const bool whole = decompress(stored, ref.plain_bytes, out) && sha256_hex(out) == ref.name;
    if (whole) return;
    const std::string sizes = "It should have " + std::to_string(ref.stored_bytes) +
                              " bytes and has " + std::to_string(stored.size()) + ".";
    if (stored.size() < ref.stored_bytes) fail(ref, "truncated", sizes);
    fail(ref, "damaged", stored.size() == ref.stored_bytes ? "Its contents were altered." : sizes);
} catch (const std::bad_alloc&) {
    fail(ref, "damaged", "Its size is beyond all memory.");
} catch (const std::length_error&) {
    fail(ref, "damaged", "Its size is beyond all memory.");
}

std::string get_object(storage& from, const object_ref& ref) {
    std::string out;
    get_object(from, ref, out);
    return out;
}

}  // namespace chronos::internal
