// Which program the engine is, and how it is called.
#pragma once

#include <string>
#include <vector>

namespace chronos::scheduler {

struct engine_program {
    std::string what = "engine";  // for messages
    std::string detail;           // if it cannot be executed, and
    std::string hint;             // what to do then
    std::string path;
    std::vector<std::string> arguments;    // the first is the program's name
    std::vector<std::string> environment;  // all of it: NAME=value
};

// What the engine connects to; role is empty if it cannot be told.
struct engine_target {
    std::string database;
    std::string role;
};

struct engine_task {
    std::string id;
    std::string label;  // empty: none
    std::vector<std::string> repositories;
    std::string retention;  // JSON, UTF-8; empty: everything is kept
    int jobs = 1;
};

// A table that is to be brought back; everything in UTF-8. The sessions of its engine are called
// "chronos engine " and the id.
struct undrop_task {
    std::string id;                      // of the run
    std::string relation;                // schema.name, written as in SQL
    bool runs_functions = false;         // of other roles, which a check may call
    std::vector<std::string> snapshots;  // the first that a repository has
    std::vector<std::string> repositories;
};

// Raise CH004 if there is no engine.
engine_program find_engine(const engine_task& task, const engine_target& target);
engine_program find_engine(const undrop_task& task, const engine_target& target);

}  // namespace chronos::scheduler
