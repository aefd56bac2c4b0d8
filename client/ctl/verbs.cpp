#include "ctl/verbs.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace chronos::ctl {

namespace {

constexpr const char* kHelp = "Show this help";

std::string footer(const std::string& examples) {
    std::string text = "\n";
    if (!examples.empty()) text += "Examples:\n" + examples + "\n";
    return text + exit_status_help();
}

// "restore" of the deepest verb that was given, for the hint.
std::string path_of(const CLI::App* app) {
    std::string path = app->get_name();
    for (const CLI::App* parent = app->get_parent(); parent != nullptr;
         parent = parent->get_parent())
        path.insert(0, parent->get_name() + " ");
    return path;
}

const CLI::App* deepest(const CLI::App* app) {
    while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
    return app;
}

// CLI11 begins its messages with capitals and ends some with blanks.
std::string worded(std::string message) {
    while (!message.empty() &&
           (message.back() == '\n' || message.back() == ' ' || message.back() == '.'))
        message.pop_back();
    const bool acronym =
        message.size() > 1 && std::isupper(static_cast<unsigned char>(message[1])) != 0;
    if (!message.empty() && !acronym)
        message[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(message[0])));
    return message;
}

// CLI11 complains of a missing verb where one was given that does not exist.
std::string complaint(const CLI::App& root, const CLI::ParseError& wrong) {
    const auto rest = root.remaining(true);
    const bool verb_missing = dynamic_cast<const CLI::RequiredError*>(&wrong) != nullptr &&
                              deepest(&root)->get_require_subcommand_min() > 0;
    if (verb_missing && !rest.empty()) return "there is no verb \"" + rest.front() + "\"";
    return verb_missing ? "a verb is missing" : worded(wrong.what());
}

}  // namespace

verbs::verbs()
    : root_(std::make_unique<CLI::App>("Schema versions and snapshots of PostgreSQL databases.",
                                       "chronosctl")) {
    root_->set_help_flag("-?,--help", kHelp);
    root_->set_version_flag("-V,--version", std::string("chronosctl ") + CHRONOS_VERSION,
                            "Show the version");
    root_->require_subcommand(1);
    root_->footer(
        footer("  chronosctl init -d shop --repository main=file:///backup/shop\n"
               "  chronosctl snapshot -d shop\n"
               "  chronosctl VERB --help\n"));
    add_init(*this);
    add_status(*this);
    add_log(*this);
    add_show(*this);
    add_diff(*this);
    add_plan(*this);
    add_drift(*this);
    add_blame(*this);
    add_export(*this);
    add_migrate(*this);
    add_check(*this);
    add_contract(*this);
    add_snapshot(*this);
    add_snapshots(*this);
    add_restore(*this);
    add_verify(*this);
    add_drill(*this);
    add_doctor(*this);
    add_forget(*this);
    add_repository(*this);
    add_schedule(*this);
    add_compose(*this);
    add_guard(*this);
    add_rescue(*this);
}

verbs::~verbs() = default;

CLI::App& verbs::add(const std::string& name, const std::string& description,
                     const std::string& examples, action run) {
    return add_below(*root_, name, description, examples, std::move(run));
}

CLI::App& verbs::add_below(CLI::App& parent, const std::string& name,
                           const std::string& description, const std::string& examples,
                           action run) {
    CLI::App& verb = *parent.add_subcommand(name, description);
    verb.set_help_flag("-?,--help", kHelp);
    verb.footer(footer(examples));
    verb.add_flag("--json", json_, "Print one JSON document instead of text");
    verb.callback([this, name, run = std::move(run)] {
        chosen_ = run;
        check_ = name == "check";
    });
    return verb;
}

CLI::App& verbs::add_group(const std::string& name, const std::string& description) {
    CLI::App& group = *root_->add_subcommand(name, description);
    group.set_help_flag("-?,--help", kHelp);
    group.require_subcommand(1);
    group.footer(footer(""));
    return group;
}

bool verbs::parse(int count, char** arguments, output& out, exit_status& status) {
    try {
        root_->parse(count, arguments);
        return true;
    } catch (const CLI::CallForHelp&) {
        const CLI::App* verb = deepest(root_.get());
        const CLI::App* parent = verb->get_parent();
        out.text(verb->help(parent == nullptr ? "" : path_of(parent)));
    } catch (const CLI::CallForVersion& version) {
        out.line(version.what());
    } catch (const CLI::ParseError& wrong) {
        status = exit_status::usage;
        out.failure(error(error_code::usage, complaint(*root_, wrong), {},
                          "Try \"" + path_of(deepest(root_.get())) + " --help\"."));
    }
    return false;
}

exit_status verbs::perform(output& out) {
    try {
        return chosen_(out);
    } catch (const error& failure) {
        out.failure(failure);
        return check_ ? check_status_of(failure.code()) : status_of(failure.code());
    } catch (const std::exception& failure) {
        out.failure(error(error_code::internal, failure.what(), {},
                          "This is a bug in chronosctl; please report it."));
        return check_ ? exit_status::usage : exit_status::failure;
    }
}

exit_status verbs::run(int count, char** arguments, output& out) {
    exit_status status = exit_status::success;
    if (parse(count, arguments, out, status)) {
        out.json(json_);
        status = perform(out);
    }
    try {
        out.finish();
    } catch (const error& failure) {
        out.failure(failure);
        if (status == exit_status::success) status = exit_status::failure;
    }
    return status;
}

}  // namespace chronos::ctl
