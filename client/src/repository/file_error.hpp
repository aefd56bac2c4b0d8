// What the operating system refused, in words that say what to do.
#pragma once

#include <string>

namespace chronos::internal {

// `action` follows "could not": "write an object". The code of the exception comes from the number:
// space, permission, or repository.
[[noreturn]] void throw_file_error(int error_number, const std::string& url,
                                   const std::string& action);

}  // namespace chronos::internal
