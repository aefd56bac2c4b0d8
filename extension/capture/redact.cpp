#include "capture/redact.hpp"

#include <algorithm>

namespace chronos::capture {

namespace {

constexpr std::string_view kMask = "'***'";

constexpr std::string_view kSigns[] = {"password", "passwd",     "passphrase",    "secret",
                                       "token",    "credential", "user mapping",  "subscription",
                                       "conninfo", "dblink",     "postgresql://", "postgres://",
                                       "apikey",   "api_key",    "private_key",   "access_key",
                                       "pwd"};

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (static_cast<unsigned char>(c) & 0x80U) != 0;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Lower case, with each run of white space as one blank: "USER\n  MAPPING" is found as well.
std::string flattened(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
        if (!blank) {
            out += lower(c);
        } else if (!out.empty() && out.back() != ' ') {
            out += ' ';
        }
    }
    return out;
}

bool may_hold_secret(std::string_view statement) {
    const std::string text = flattened(statement);
    // A comment between two words must not hide them.
    const auto holds = [&text](std::string_view word) {
        return text.find(word) != std::string::npos;
    };
    if (holds("options") && (holds("mapping") || holds("server"))) {
        return true;
    }
    return std::any_of(std::begin(kSigns), std::end(kSigns), holds);
}

class masker {
  public:
    explicit masker(std::string_view text) : text_(text) {}

    std::string run() {
        while (at_ < text_.size()) {
            if (text_[at_] == '\'') {
                mask_until_quote(takes_backslash());
            } else if (starts("--")) {
                skip_to("\n", false);
            } else if (starts("/*")) {
                skip_comment();
            } else if (text_[at_] == '$' && !after_word() && mask_dollar_quote()) {
                continue;
            } else if (text_[at_] == '"') {
                copy_identifier();
            } else {
                out_ += text_[at_++];
            }
        }
        return std::move(out_);
    }

  private:
    [[nodiscard]] bool starts(std::string_view sign) const {
        return text_.substr(at_).starts_with(sign);
    }
    [[nodiscard]] bool after_word() const { return at_ > 0 && is_word(text_[at_ - 1]); }

    // E'...' only, or with standard_conforming_strings off a plain literal too.
    [[nodiscard]] bool takes_backslash() const {
        return at_ > 0 && lower(text_[at_ - 1]) == 'e' && (at_ < 2 || !is_word(text_[at_ - 2]));
    }

    void mask_until_quote(bool backslash) {
        out_ += kMask;
        for (++at_; at_ < text_.size(); ++at_) {
            if (backslash && text_[at_] == '\\') {
                ++at_;
            } else if (text_[at_] == '\'') {
                if (!backslash && text_[at_ - 1] == '\\') {
                    break;  // nobody can tell whether it ends here: nothing more is shown
                }
                ++at_;
                if (at_ >= text_.size() || text_[at_] != '\'') {
                    return;
                }
            }
        }
        at_ = text_.size();
    }

    void skip_to(std::string_view end, bool inclusive) {
        const std::size_t found = text_.find(end, at_);
        at_ = found == std::string_view::npos ? text_.size() : found + (inclusive ? end.size() : 0);
    }

    void skip_comment() {
        int depth = 0;
        do {
            if (starts("/*")) {
                ++depth;
                at_ += 2;
            } else if (starts("*/")) {
                --depth;
                at_ += 2;
            } else {
                ++at_;
            }
        } while (depth > 0 && at_ < text_.size());
        out_ += ' ';
    }

    bool mask_dollar_quote() {
        std::size_t end = at_ + 1;
        while (end < text_.size() && is_word(text_[end])) {
            ++end;
        }
        const bool is_parameter =
            at_ + 1 < text_.size() && text_[at_ + 1] >= '0' && text_[at_ + 1] <= '9';
        if (end >= text_.size() || text_[end] != '$' || is_parameter) {
            return false;
        }
        const std::string_view tag = text_.substr(at_, end - at_ + 1);
        out_ += kMask;
        at_ = end + 1;
        skip_to(tag, true);
        return true;
    }

    void copy_identifier() {
        do {
            out_ += text_[at_++];
        } while (at_ < text_.size() && text_[at_] != '"');
        if (at_ < text_.size()) {
            out_ += text_[at_++];
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string out_;
};

}  // namespace

std::string without_secrets(std::string_view statement) {
    if (!may_hold_secret(statement)) {
        return std::string(statement);
    }
    // A comment before the statement left blanks, where the server counted it as part of it (before
    // 18).
    std::string masked = masker(statement).run();
    masked.erase(0, std::min(masked.find_first_not_of(' '), masked.size()));
    return masked;
}

}  // namespace chronos::capture
