#include "ctl/progress_bar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "ctl/output.hpp"
#include "ctl/text.hpp"

namespace chronos::ctl {

namespace {

constexpr std::size_t kBar = 24;
constexpr auto kPause = std::chrono::milliseconds(100);

}  // namespace

std::string progress_line(std::string_view phase, double fraction, std::string_view text,
                          std::size_t columns) {
    std::string line = fmt::format("{:<9} ", phase);
    if (fraction >= 0) {
        const double part = std::min(fraction, 1.0);
        const auto done = static_cast<std::size_t>(part * kBar);
        line += fmt::format("[{:.<{}}] {:>3}%  ", std::string(done, '#'), kBar,
                            static_cast<int>(part * 100));
    }
    line += text;
    return shortened(line, columns > 1 ? columns - 1 : columns);
}

progress_bar::progress_bar(const output& out)
    : columns_(out.error_terminal() ? out.error_columns() : 0) {}

progress_bar::~progress_bar() { clear(); }

void progress_bar::clear() {
    if (!drawn_) return;
    std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
    drawn_ = false;
}

void progress_bar::show(std::string_view phase, double fraction, std::string_view text) {
    const auto now = std::chrono::steady_clock::now();
    if (columns_ == 0 || (drawn_ && now - last_ < kPause)) return;
    fmt::print(stderr, "\r\033[K{}", progress_line(phase, fraction, text, columns_));
    std::fflush(stderr);
    drawn_ = true;
    last_ = now;
}

}  // namespace chronos::ctl
