// Bounds of a number on the command line.
#pragma once

#include <CLI/CLI.hpp>

namespace chronos::ctl {

// As CLI::Range, which would spell its bounds out in --help.
template <typename number>
CLI::Validator between(number low, number high) {
    CLI::Validator range = CLI::Range(low, high);
    range.description("");
    return range;
}

}  // namespace chronos::ctl
