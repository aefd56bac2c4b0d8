// chronosctl verify: is what the repository holds still what was put there?
#include <CLI/CLI.hpp>

#include "ctl/between.hpp"
#include "ctl/selector_options.hpp"
#include "ctl/verbs.hpp"
#include "ctl/verification.hpp"

namespace chronos::ctl {

namespace {

struct verify_verb_options {
    selector_options selector;
    verification what;
};

exit_status run(const verify_verb_options& options, output& out) {
    verification what = options.what;
    what.selector = options.selector.chosen();
    return run_verification(what, out);
}

}  // namespace

void add_verify(verbs& all) {
    auto options = std::make_shared<verify_verb_options>();
    CLI::App& verb = all.add("verify", "Tell whether snapshots are whole and undamaged",
                             "  chronosctl verify --repository file:///backup/shop\n"
                             "  chronosctl verify latest --data --repository file:///backup/shop\n",
                             [options](output& out) { return run(*options, out); });
    options->selector.add_to(verb);
    verb.add_option("--repository", options->what.repository, "where the snapshots are")
        ->type_name("URL")
        ->required();
    verb.add_flag("--data", options->what.data,
                  "read, decompress and hash every object; else manifests, presence and sizes");
    verb.add_option("-j,--jobs", options->what.jobs, "threads that read")
        ->type_name("N")
        ->check(between(1, 256));
}

}  // namespace chronos::ctl
