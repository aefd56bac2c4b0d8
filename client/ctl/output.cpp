#include "ctl/output.hpp"

#include <fmt/format.h>
#include <iconv.h>
#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

#include "ctl/text.hpp"

namespace chronos::ctl {

namespace {

constexpr const char* kProgram = "chronosctl";

std::size_t terminal_columns(int descriptor) {
    if (const char* columns = std::getenv("COLUMNS")) {
        const long number = std::strtol(columns, nullptr, 10);
        if (number > 0) return static_cast<std::size_t>(number);
    }
    winsize size{};
    if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 80;
}

bool colours_wanted() {
    const char* refused = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    if (refused != nullptr && *refused != '\0') return false;
    return terminal != nullptr && std::strcmp(terminal, "dumb") != 0;
}

// 0, or the reason why not all of text could be written.
int write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(descriptor, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

std::string converted(std::string_view text, const std::string& charset) {
    const iconv_t converter = iconv_open((charset + "//TRANSLIT").c_str(), "UTF-8");
    if (converter == iconv_t(-1)) return std::string(text);
    std::string result(text.size() * 4 + 16, '\0');
    std::string source(text);
    char* in = source.data();
    char* out = result.data();
    std::size_t in_left = source.size();
    std::size_t out_left = result.size();
    while (in_left > 0 && iconv(converter, &in, &in_left, &out, &out_left) == std::size_t(-1)) {
        if (errno == E2BIG || out_left == 0) break;
        *out++ = '?';
        --out_left;
        ++in;
        --in_left;
    }
    iconv_close(converter);
    result.resize(result.size() - out_left);
    return result;
}

}  // namespace

output::output()
    : terminal_(isatty(STDOUT_FILENO) == 1), error_terminal_(isatty(STDERR_FILENO) == 1) {
    const bool colours = colours_wanted();
    colours_ = terminal_ && colours;
    error_colours_ = error_terminal_ && colours;
    if (terminal_) columns_ = terminal_columns(STDOUT_FILENO);
    if (error_terminal_) error_columns_ = terminal_columns(STDERR_FILENO);
    // In the locales "C" and "POSIX" the terminal's character set is unknown: the bytes go as they
    // are.
    const std::string charset = nl_langinfo(CODESET);
    if (charset != "UTF-8" && charset != "ANSI_X3.4-1968") charset_ = charset;
}

void output::colours(std::string_view when) {
    colours_ = when == "always" || (when == "auto" && terminal_ && colours_wanted());
}

std::string output::for_terminal(std::string_view text) const {
    return charset_.empty() ? std::string(text) : converted(text, charset_);
}

void output::text(std::string_view text) {
    if (reader_gone_ || write_error_ != 0) return;
    const int reason =
        terminal_ ? write_all(STDOUT_FILENO, for_terminal(text)) : write_all(STDOUT_FILENO, text);
    if (reason == EPIPE) {
        reader_gone_ = true;
    } else {
        write_error_ = reason;
    }
}

void output::line(std::string_view text) { this->text(fmt::format("{}\n", text)); }

void output::document(const nlohmann::ordered_json& document) {
    constexpr auto kReplace = nlohmann::ordered_json::error_handler_t::replace;
    line(document.dump(terminal_ ? 2 : -1, ' ', false, kReplace));
}

void output::error_text(const std::string& text) const {
    // There is nowhere left to report that this failed.
    (void)write_all(STDERR_FILENO, error_terminal_ ? for_terminal(text) : text);
}

void output::note(std::string_view text) { error_text(fmt::format("{}\n", text)); }

void output::warning(std::string_view message, std::string_view hint) {
    const char* word = error_colours_ ? "\033[1;35mwarning:\033[0m" : "warning:";
    std::string text = fmt::format("{}: {} {}\n", kProgram, word, printable_lines(message));
    if (!hint.empty()) text += fmt::format("HINT:  {}\n", printable_lines(hint));
    error_text(text);
}

void output::failure(const error& error) {
    const char* word = error_colours_ ? "\033[1;31merror:\033[0m" : "error:";
    std::string text = fmt::format("{}: {} {}\n", kProgram, word, printable_lines(error.what()));
    if (!error.detail().empty())
        text += fmt::format("DETAIL:  {}\n", printable_lines(error.detail()));
    if (!error.hint().empty()) text += fmt::format("HINT:  {}\n", printable_lines(error.hint()));
    error_text(text);
    if (!json_) return;
    document({{"error",
               {{"code", to_string(error.code())},
                {"message", error.what()},
                {"detail", error.detail()},
                {"hint", error.hint()}}}});
}

void output::finish() const {
    if (write_error_ == 0) return;
    throw error(error_code::internal,
                fmt::format("could not write to standard output: {}", std::strerror(write_error_)));
}

std::string output::painted(std::string_view text, const char* colour) const {
    if (!colours_) return std::string(text);
    return fmt::format("\033[{}m{}\033[0m", colour, text);
}

std::string output::strong(std::string_view text) const { return painted(text, "1"); }
std::string output::place(std::string_view text) const { return painted(text, "36"); }
std::string output::good(std::string_view text) const { return painted(text, "32"); }
std::string output::bad(std::string_view text) const { return painted(text, "31"); }

}  // namespace chronos::ctl
