// The command line as a whole: every verb adds itself, the chosen one runs.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "ctl/exit_status.hpp"
#include "ctl/output.hpp"

namespace CLI {
class App;
}

namespace chronos::ctl {

class verbs {
  public:
    using action = std::function<exit_status(output&)>;

    verbs();
    ~verbs();
    verbs(const verbs&) = delete;
    verbs& operator=(const verbs&) = delete;

    // A verb with --json and --help, which shows the examples. `run` is called after parsing.
    CLI::App& add(const std::string& name, const std::string& description,
                  const std::string& examples, action run);

    // A verb below a verb: `repository init`.
    CLI::App& add_below(CLI::App& parent, const std::string& name, const std::string& description,
                        const std::string& examples, action run);
    CLI::App& add_group(const std::string& name, const std::string& description);

    // Parses and runs. Errors are printed here and become exit codes here.
    [[nodiscard]] exit_status run(int count, char** arguments, output& out);

  private:
    [[nodiscard]] bool parse(int count, char** arguments, output& out, exit_status& status);
    exit_status perform(output& out);

    std::unique_ptr<CLI::App> root_;
    action chosen_;
    bool check_ = false;
    bool json_ = false;
};

// One for each verb, each in the file of its name.
void add_init(verbs& all);
void add_status(verbs& all);
void add_log(verbs& all);
void add_show(verbs& all);
void add_diff(verbs& all);
void add_plan(verbs& all);
void add_drift(verbs& all);
void add_blame(verbs& all);
void add_export(verbs& all);
void add_migrate(verbs& all);
void add_migrate_plan(verbs& all, CLI::App& group);
void add_migrate_record(verbs& all, CLI::App& group);
void add_migrate_verify(verbs& all, CLI::App& group);
void add_check(verbs& all);
void add_contract(verbs& all);
void add_snapshot(verbs& all);
void add_snapshots(verbs& all);
void add_restore(verbs& all);
void add_verify(verbs& all);
void add_drill(verbs& all);
void add_doctor(verbs& all);
void add_forget(verbs& all);
void add_repository(verbs& all);
void add_schedule(verbs& all);
void add_compose(verbs& all);
void add_guard(verbs& all);
void add_rescue(verbs& all);

}  // namespace chronos::ctl
