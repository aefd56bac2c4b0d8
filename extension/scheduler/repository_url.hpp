// From the URL of a repository to the directory it names.
#pragma once

#include <string>
#include <string_view>

namespace chronos::scheduler {

// The absolute path of a file:// URL, percent-decoded. Anything else raises CH003; a URL that may
// hold a secret is not repeated in the message.
std::string repository_path(std::string_view url);

}  // namespace chronos::scheduler
