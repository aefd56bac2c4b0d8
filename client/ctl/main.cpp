// chronosctl: schema versions and snapshots on the command line.
#include <fcntl.h>
#include <unistd.h>

#include <clocale>
#include <csignal>

#include "ctl/output.hpp"
#include "ctl/verbs.hpp"

namespace {

// A closed standard descriptor would be given to the next file or socket that is opened, and what
// is meant for the user would go there. Opened the wrong way round, writing to it fails as it
// should.
void keep_standard_descriptors() {
    for (int descriptor = 0; descriptor <= 2; ++descriptor) {
        if (fcntl(descriptor, F_GETFD) == -1) {
            (void)!open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

}  // namespace

int main(int count, char** arguments) {
    keep_standard_descriptors();
    // A reader that goes away must not end a snapshot between two steps; output notices it.
    std::signal(SIGPIPE, SIG_IGN);
    std::setlocale(LC_CTYPE, "");
    chronos::ctl::output out;
    chronos::ctl::verbs verbs;
    return static_cast<int>(verbs.run(count, arguments, out));
}
