#include "history/statements.hpp"

#include <utility>

namespace chronos::history {

namespace {

constexpr std::pair<const char*, const char*> kSettings[] = {
    {"plan_cache_mode", "force_generic_plan"},
    // Every statement looks up a few rows by an index; those that read everything say so
    // themselves.
    {"enable_seqscan", "off"},
    {"enable_hashjoin", "off"},
    {"enable_mergejoin", "off"},
    {"jit", "off"},
    {"max_parallel_workers_per_gather", "0"},
};

}  // namespace

statements::statements() {
    for (const auto& [name, setting] : kSettings) {
        settings_.set(name, setting);
    }
}

}  // namespace chronos::history
