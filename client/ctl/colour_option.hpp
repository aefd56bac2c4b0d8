// --color, as git and GNU programs have it.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace chronos::ctl {

inline void add_colour_option(CLI::App& verb, std::string& when) {
    verb.add_option("--color", when, "always, never, or auto: on a terminal (default)")
        ->type_name("WHEN")
        ->expected(0, 1)
        ->default_str("always")
        ->check([](const std::string& text) {
            const bool known = text == "auto" || text == "always" || text == "never";
            return known ? std::string() : "--color is always, never or auto";
        });
}

}  // namespace chronos::ctl
