// What a program that a server's background worker supervises says of itself: JSON, one object a
// line.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "chronos/error.hpp"

namespace chronos::ctl {

class output;

// Throws cancelled if the worker that reads us is gone: nobody would record the end of the work.
void print_line(const std::string& line, output& out);
void print_event(const nlohmann::ordered_json& event, output& out);
// Does not throw.
void print_error(const error& failure, output& out);

// Refuses if the one who asked is of another version than this program; empty: it does not say.
void demand_version(const std::string& expected);

}  // namespace chronos::ctl
