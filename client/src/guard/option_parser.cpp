#include "guard/option_parser.hpp"

#include <algorithm>
#include <optional>

namespace chronos::internal::guard {

namespace {

enum class takes { nothing, value, optional_value };

struct option {
    std::string name;
    std::vector<std::string> all;
    takes what = takes::nothing;
};

option option_of(std::string_view text) {
    option result;
    if (text.ends_with('=')) result.what = takes::value;
    if (text.ends_with('?')) result.what = takes::optional_value;
    if (result.what != takes::nothing) text.remove_suffix(1);
    while (!text.empty()) {
        const auto comma = text.find(',');
        result.all.emplace_back(text.substr(0, comma));
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    }
    result.name = result.all.front();
    return result;
}

std::optional<bool> truth(std::string_view text) {
    for (const std::string_view yes : {"true", "True", "TRUE", "t", "T", "1"})
        if (text == yes) return true;
    for (const std::string_view no : {"false", "False", "FALSE", "f", "F", "0"})
        if (text == no) return false;
    return std::nullopt;
}

class parser {
  public:
    parser(const std::vector<std::string>& arguments, std::initializer_list<std::string_view> known,
           option_style style)
        : arguments_(arguments), style_(style) {
        for (const std::string_view one : known) options_.push_back(option_of(one));
    }

    parsed_options run() {
        while (at_ < arguments_.size() && result_.unknown.empty()) {
            const std::string& word = arguments_[at_++];
            if (word == "--") {
                take_rest();
            } else if (word.starts_with("--")) {
                long_option(word);
            } else if (word.size() > 1 && word.front() == '-') {
                short_options(word);
            } else {
                result_.rest.push_back(word);
                if (!style_.permuted) take_rest();
            }
        }
        return std::move(result_);
    }

  private:
    void take_rest() {
        result_.rest.insert(result_.rest.end(),
                            arguments_.begin() + static_cast<std::ptrdiff_t>(at_),
                            arguments_.end());
        at_ = arguments_.size();
    }

    const option* find(std::string_view name) const {
        const option* by_prefix = nullptr;
        for (const option& one : options_) {
            for (const std::string& each : one.all) {
                if (each == name) return &one;
                const bool prefix = style_.abbreviations && name.size() > 1 && each.size() > 1 &&
                                    std::string_view(each).starts_with(name);
                if (prefix && by_prefix != nullptr && by_prefix != &one) return nullptr;
                if (prefix) by_prefix = &one;
            }
        }
        return by_prefix;
    }

    void set_flag(const option& which, bool on) {
        if (on) {
            result_.flags.insert(which.name);
        } else {
            result_.flags.erase(which.name);
        }
    }

    void long_option(const std::string& word) {
        const auto sign = word.find('=');
        const std::string_view name = std::string_view(word).substr(2, sign - 2);
        const option* which = name.size() < 2 ? nullptr : find(name);
        const bool given = sign != std::string::npos;
        const std::string value = given ? word.substr(sign + 1) : std::string();
        if (which == nullptr) {
            result_.unknown = word;
        } else if (which->what == takes::nothing) {
            const auto on = given ? truth(value) : std::optional(true);
            if (!on) result_.unknown = word;
            if (on) set_flag(*which, *on);
        } else if (given || which->what == takes::optional_value) {
            result_.values[which->name].push_back(value);
        } else {
            take_value(*which, word);
        }
    }

    void take_value(const option& which, const std::string& word) {
        if (at_ == arguments_.size()) {
            result_.unknown = word;
            return;
        }
        result_.values[which.name].push_back(arguments_[at_++]);
    }

    void short_options(const std::string& word) {
        for (std::size_t i = 1; i < word.size(); ++i) {
            const option* which = find(std::string_view(word).substr(i, 1));
            if (which == nullptr) {
                result_.unknown = word;
                return;
            }
            const std::string_view after = std::string_view(word).substr(i + 1);
            if (which->what == takes::nothing) {
                // -v=true, as the programs written in Go have it.
                const auto on = after.starts_with('=') ? truth(after.substr(1)) : std::nullopt;
                set_flag(*which, on.value_or(true));
                if (on) return;
                continue;
            }
            if (after.empty() && which->what == takes::value) {
                take_value(*which, word);
            } else {
                result_.values[which->name].emplace_back(after.starts_with('=') ? after.substr(1)
                                                                                : after);
            }
            return;
        }
    }

    const std::vector<std::string>& arguments_;
    option_style style_;
    std::vector<option> options_;
    std::size_t at_ = 0;
    parsed_options result_;
};

}  // namespace

std::vector<std::string> parsed_options::all(const std::string& name) const {
    const auto found = values.find(name);
    return found == values.end() ? std::vector<std::string>() : found->second;
}

std::string parsed_options::last(const std::string& name) const {
    const auto found = values.find(name);
    return found == values.end() ? std::string() : found->second.back();
}

parsed_options parse_options(const std::vector<std::string>& arguments,
                             std::initializer_list<std::string_view> known, option_style style) {
    return parser(arguments, known, style).run();
}

}  // namespace chronos::internal::guard
