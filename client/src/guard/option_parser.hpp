// Options of other programs, read as those read them. What is not known is told, never guessed.
#pragma once

#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace chronos::internal::guard {

struct option_style {
    bool permuted = true;        // options may follow other arguments
    bool abbreviations = false;  // --recurs is --recursive, as getopt_long has it
};

struct parsed_options {
    // By the first of its names, in their order on the line.
    std::map<std::string, std::vector<std::string>> values;
    std::set<std::string> flags;  // those that are on at the end
    std::vector<std::string> rest;
    std::string unknown;  // the first that is not known, or lacks its value; empty: none

    [[nodiscard]] bool on(const std::string& name) const { return flags.contains(name); }
    [[nodiscard]] std::vector<std::string> all(const std::string& name) const;
    [[nodiscard]] std::string last(const std::string& name) const;
};

// `known`: "force,f" is a flag, "file,f=" takes a value, "pull,p?" may have one after a sign of
// equality only. Short names combine (-fv, -fFILE); flags take =true and =false.
[[nodiscard]] parsed_options parse_options(const std::vector<std::string>& arguments,
                                           std::initializer_list<std::string_view> known,
                                           option_style style = {});

}  // namespace chronos::internal::guard
