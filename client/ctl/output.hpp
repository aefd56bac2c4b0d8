// The one place that writes to standard output and standard error.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "chronos/error.hpp"

namespace chronos::ctl {

class output {
  public:
    // Looks at the descriptors and at NO_COLOR, TERM and COLUMNS.
    output();

    void json(bool wanted) noexcept { json_ = wanted; }
    [[nodiscard]] bool json() const noexcept { return json_; }

    // "always", "never", or "auto": on a terminal, unless NO_COLOR or TERM says otherwise.
    void colours(std::string_view when);

    // Columns of the terminal, or 0 if standard output is none: then nothing is shortened.
    [[nodiscard]] std::size_t columns() const noexcept { return columns_; }
    [[nodiscard]] bool error_terminal() const noexcept { return error_terminal_; }
    [[nodiscard]] std::size_t error_columns() const noexcept { return error_columns_; }

    // Text is UTF-8; a terminal of another character set gets it converted. A reader that went away
    // (`| head`) is no error; any other failure to write is kept for finish().
    void text(std::string_view text);
    void line(std::string_view text);
    void document(const nlohmann::ordered_json& document);

    // To standard error.
    void note(std::string_view text);
    void warning(std::string_view message, std::string_view hint = {});
    void failure(const error& error);

    // Throws if something printed did not arrive.
    void finish() const;

    // True after the reader of standard output went away.
    [[nodiscard]] bool reader_gone() const noexcept { return reader_gone_; }

    // Bold, red … where colours are wanted, else the text as it is.
    [[nodiscard]] std::string strong(std::string_view text) const;
    [[nodiscard]] std::string place(std::string_view text) const;
    [[nodiscard]] std::string good(std::string_view text) const;
    [[nodiscard]] std::string bad(std::string_view text) const;

  private:
    [[nodiscard]] std::string painted(std::string_view text, const char* colour) const;
    [[nodiscard]] std::string for_terminal(std::string_view text) const;
    void error_text(const std::string& text) const;

    bool json_ = false;
    bool terminal_ = false;
    bool error_terminal_ = false;
    bool colours_ = false;
    bool error_colours_ = false;
    bool reader_gone_ = false;
    int write_error_ = 0;
    std::size_t columns_ = 0;
    std::size_t error_columns_ = 0;
    std::string charset_;
};

}  // namespace chronos::ctl
