// `restore --engine`: what the server's background worker starts and supervises for
// chronos.undrop().
#pragma once

#include <string>
#include <vector>

#include "chronos/restore.hpp"
#include "ctl/exit_status.hpp"

namespace chronos::ctl {

class output;

struct restore_errand {
    std::string id;                            // of the run, which the last line names
    std::string expected_version;              // see demand_version()
    std::vector<std::string> repositories;     // URLs: the first that can give the snapshot does
    std::vector<snapshot_selector> snapshots;  // the next one if no repository can give it
};

// Reports in JSON lines. Tables are restored in one transaction.
exit_status run_restore_engine(restore_options options, const restore_errand& errand, output& out);

}  // namespace chronos::ctl
