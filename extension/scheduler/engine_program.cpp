#include "scheduler/engine_program.hpp"

#include <unistd.h>

#include <cstdlib>

#include "backend/door.hpp"
#include "core/sql_name.hpp"
#include "scheduler/failure_codes.hpp"
#include "scheduler/settings.hpp"

extern "C" {
#include <nodes/pg_list.h>
#include <postmaster/postmaster.h>
#include <utils/varlena.h>
}

namespace chronos::scheduler {

namespace {

std::string server_programs() {
    const std::string postgres = my_exec_path;
    return postgres.substr(0, postgres.rfind('/'));
}

std::string program_path() {
    std::string configured = settings::engine_path();
    if (!configured.empty()) {
        return configured;
    }
    std::string looked_in;
    for (const std::string& directory :
         {server_programs(), std::string(CHRONOS_PREFIX "/bin"), std::string("/usr/bin")}) {
        std::string path = directory + "/chronosctl";
        if (access(path.c_str(), X_OK) == 0) {
            return path;
        }
        looked_in += (looked_in.empty() ? "" : ", ") + directory;
    }
    throw backend::sql_error(kEngineNotFound, "the engine, chronosctl, was not found",
                             "Looked in: " + looked_in + ".",
                             "Install the Chronos client on the server's machine, or set "
                             "chronos.engine_path to its chronosctl.");
}

// libpq takes a directory, or an abstract name, as the host.
std::string socket_directory() {
    std::string all = Unix_socket_directories == nullptr ? "" : Unix_socket_directories;
    char* const raw = all.data();
    std::string first = backend::call([raw] {
        List* directories = NIL;
        const bool valid = SplitDirectoriesString(raw, ',', &directories);
        return valid && directories != NIL ? static_cast<const char*>(linitial(directories)) : "";
    });
    if (first.empty()) {
        throw backend::sql_error(kSnapshotFailed, "the server has no Unix socket to connect to",
                                 "The engine connects to the server by its first Unix socket.",
                                 "Set unix_socket_directories and restart the server.");
    }
    return first;
}

void keep(std::vector<std::string>& environment, const char* name) {
    if (const char* const value = std::getenv(name)) {
        environment.push_back(std::string(name) + "=" + value);
    }
}

std::vector<std::string> environment_for(const engine_target& target,
                                         const std::string& application) {
    std::vector<std::string> environment = {
        "LANG=C",
        "LC_ALL=C",
        "PATH=" + server_programs() + ":/usr/local/bin:/usr/bin:/bin",
        "PGHOST=" + socket_directory(),
        "PGPORT=" + std::to_string(PostPortNumber),
        "PGDATABASE=" + target.database,
        "PGAPPNAME=" + application,
    };
    if (!target.role.empty()) {
        environment.push_back("PGUSER=" + target.role);
    }
    // HOME for ~/.pgpass, where pg_hba.conf asks even the server's own user for a password.
    for (const char* name : {"HOME", "TMPDIR", "LD_LIBRARY_PATH", "TZ"}) {
        keep(environment, name);
    }
    return environment;
}

engine_program program_for(const engine_target& target, const std::string& application) {
    engine_program program;
    program.detail = "It must be a chronosctl that the server's operating system user may execute.";
    program.hint =
        "Set chronos.engine_path to the chronosctl of the Chronos client, or leave it empty.";
    program.path = program_path();
    program.environment = environment_for(target, application);
    return program;
}

// As a value of a connection string.
std::string quoted(const std::string& value) {
    std::string result = "'";
    for (const char letter : value) {
        if (letter == '\'' || letter == '\\') {
            result += '\\';
        }
        result += letter;
    }
    return result + "'";
}

}  // namespace

engine_program find_engine(const engine_task& task, const engine_target& target) {
    engine_program program = program_for(target, "chronos engine");
    program.arguments = {"chronosctl",    "snapshot", "--engine",
                         "--id",          task.id,    "--expect-version",
                         CHRONOS_VERSION, "--jobs",   std::to_string(task.jobs)};
    if (!task.label.empty()) {
        program.arguments.insert(program.arguments.end(), {"--label", task.label});
    }
    if (!task.retention.empty()) {
        program.arguments.insert(program.arguments.end(), {"--retention", task.retention});
    }
    for (const std::string& repository : task.repositories) {
        program.arguments.insert(program.arguments.end(), {"--repository", repository});
    }
    return program;
}

engine_program find_engine(const undrop_task& task, const engine_target& target) {
    engine_program program = program_for(target, "chronos engine " + task.id);
    program.arguments = {"chronosctl",
                         "restore",
                         "--engine",
                         "--id",
                         task.id,
                         "--expect-version",
                         CHRONOS_VERSION,
                         "--to=dbname=" + quoted(target.database),
                         "--table=" + core::fully_quoted(task.relation)};
    if (!task.runs_functions) {
        program.arguments.emplace_back("--refuse-functions");
    }
    for (const std::string& repository : task.repositories) {
        program.arguments.insert(program.arguments.end(), {"--repository", repository});
    }
    for (std::size_t i = 1; i < task.snapshots.size(); ++i) {
        program.arguments.insert(program.arguments.end(), {"--next-snapshot", task.snapshots[i]});
    }
    program.arguments.insert(program.arguments.end(), {"--", task.snapshots.at(0)});
    return program;
}

}  // namespace chronos::scheduler
