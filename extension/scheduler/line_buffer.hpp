// Cuts a stream of bytes into lines.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chronos::scheduler {

class line_buffer {
  public:
    static constexpr std::size_t kLongestLine = 65536;

    // Once a line was too long, what follows is dropped.
    void append(std::string_view bytes) {
        while (!bytes.empty() && !overflowed_) {
            const std::size_t end = bytes.find('\n');
            partial_ += bytes.substr(0, end);
            overflowed_ = partial_.size() > kLongestLine;
            if (end == std::string_view::npos || overflowed_) {
                break;
            }
            finish_line();
            bytes.remove_prefix(end + 1);
        }
        if (overflowed_) {
            partial_.clear();
        }
    }

    // At the end of the stream: a last line without a line feed counts.
    void finish() { finish_line(); }

    [[nodiscard]] bool overflowed() const { return overflowed_; }
    [[nodiscard]] std::size_t size() const { return lines_.size(); }
    [[nodiscard]] std::vector<std::string> take() { return std::exchange(lines_, {}); }

  private:
    void finish_line() {
        if (!partial_.empty()) {
            lines_.push_back(std::exchange(partial_, {}));
        }
    }

    std::vector<std::string> lines_;
    std::string partial_;
    bool overflowed_ = false;
};

}  // namespace chronos::scheduler
