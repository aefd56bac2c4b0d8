// Durations on the command line: 90s, 30m, 12h, 7d, 2w, 1y.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <map>
#include <string>

namespace chronos::ctl {

// In seconds; a year is 365 days.
inline CLI::Option* add_duration_option(CLI::App& verb, const std::string& name,
                                        std::int64_t& seconds, const std::string& text) {
    const std::map<std::string, std::int64_t> units{{"s", 1},     {"m", 60},     {"h", 3600},
                                                    {"d", 86400}, {"w", 604800}, {"y", 31536000}};
    CLI::AsNumberWithUnit number(units, CLI::AsNumberWithUnit::UNIT_REQUIRED, "");
    number.description("");
    return verb.add_option(name, seconds, text)
        ->transform(number)
        ->check(CLI::NonNegativeNumber.description(""))
        ->type_name("TIME");
}

}  // namespace chronos::ctl
