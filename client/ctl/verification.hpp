// Verification as `verify` and `repository check` run and print it.
#pragma once

#include <optional>
#include <string>

#include "chronos/verify.hpp"
#include "ctl/exit_status.hpp"

namespace chronos::ctl {

class output;

struct verification {
    std::string repository;  // URL or path
    std::optional<snapshot_selector> selector;
    bool data = false;
    std::optional<unsigned> jobs;
};

// Shows progress, prints the report; exit_status::damage if there is any.
exit_status run_verification(const verification& what, output& out);

}  // namespace chronos::ctl
