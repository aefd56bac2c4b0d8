// One line on the terminal that says how far long work is.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace chronos::ctl {

class output;

// The line as it stands on a terminal of that width: "data     [######......]  42%  1.2 GB of 2.9
// GB".
[[nodiscard]] std::string progress_line(std::string_view phase, double fraction,
                                        std::string_view text, std::size_t columns);

// Draws on standard error, if that is a terminal, at most ten times a second, and clears its line
// at the end. Not for several threads at once.
class progress_bar {
  public:
    explicit progress_bar(const output& out);
    ~progress_bar();
    progress_bar(const progress_bar&) = delete;
    progress_bar& operator=(const progress_bar&) = delete;

    // fraction: 0 to 1; below 0 if unknown.
    void show(std::string_view phase, double fraction, std::string_view text);

    // Makes room for a line of other text.
    void clear();

  private:
    std::size_t columns_;  // 0: no terminal
    bool drawn_ = false;
    std::chrono::steady_clock::time_point last_;
};

}  // namespace chronos::ctl
