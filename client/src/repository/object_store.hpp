// Objects: plain bytes, compressed, named by their SHA-256.
#pragma once

#include <string>
#include <string_view>

#include "repository/manifest.hpp"
#include "repository/storage.hpp"

namespace chronos::internal {

// An object ready to be put, once made for however many repositories. It points into the buffers
// of the thread that made it and is valid until that thread makes the next one.
struct packed_object {
    object_ref ref;
    std::string_view stored;
};

[[nodiscard]] packed_object pack_object(std::string_view plain);

// True if it was not there before. An object that is there with another size is read: if it is
// damaged, it is replaced.
bool put_object(storage& into, const packed_object& object);

// Reads an object and checks its size and hash. Throws error_code::damaged, which names the object
// and says whether it is missing, cut short or altered. `out` is reused.
void get_object(storage& from, const object_ref& ref, std::string& out);
[[nodiscard]] std::string get_object(storage& from, const object_ref& ref);

}  // namespace chronos::internal
