#include "ctl/phases.hpp"

#include <fmt/format.h>

#include "ctl/text.hpp"

namespace chronos::ctl {

void show(progress_bar& bar, const progress& progress) {
    const bool data = progress.phase == progress_phase::data && progress.bytes_total > 0;
    const double part =
        data ? static_cast<double>(progress.bytes_done) / static_cast<double>(progress.bytes_total)
             : -1;
    std::string text;
    if (progress.tables_total > 0) {
        text = fmt::format("{} of {} tables", grouped(progress.tables_done),
                           grouped(progress.tables_total));
    }
    if (data) {
        text += fmt::format(", {} of {}, {} rows", human_bytes(progress.bytes_done),
                            human_bytes(progress.bytes_total), grouped(progress.rows));
    }
    bar.show(to_string(progress.phase), part, text);
}

}  // namespace chronos::ctl
