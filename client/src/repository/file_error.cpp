#include "repository/file_error.hpp"

#include <cerrno>
#include <system_error>

#include "chronos/error.hpp"

namespace chronos::internal {

void throw_file_error(int error_number, const std::string& url, const std::string& action) {
    const std::string reason = std::generic_category().message(error_number);
    const std::string detail = "Could not " + action + ": " + reason + ".";
    switch (error_number) {
        case ENOSPC:
        case EDQUOT:
            throw error(error_code::space, "no space left in repository \"" + url + "\"", detail,
                        "Make room on its device, or use a repository on another one.");
        case EACCES:
        case EPERM:
            throw error(error_code::permission, "permission denied in repository \"" + url + "\"",
                        detail,
                        "The files of a repository belong to one user; run as that user, or change "
                        "their owner.");
        case EROFS:
            throw error(error_code::permission, "repository \"" + url + "\" is read-only", detail,
                        "Mount its file system for writing, or use another repository.");
        case ELOOP:
            throw error(error_code::repository, "repository \"" + url + "\" holds a symbolic link",
                        detail,
                        "Symbolic links inside a repository are not followed; put the file itself "
                        "in its place.");
        case EMFILE:
        case ENFILE:
            throw error(error_code::repository, "too many open files", detail,
                        "Raise the limit (ulimit -n) or use fewer jobs.");
        default:
            throw error(
                error_code::repository,
                "could not " + action + " in repository \"" + url + "\": " + reason, {},
                error_number == EIO ? "Its device may be failing; look at the system's log." : "");
    }
}

}  // namespace chronos::internal
