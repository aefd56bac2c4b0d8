#include "migrations/migration.hpp"

#include <algorithm>

namespace chronos::internal {

namespace {

bool number_less(const std::string& left, const std::string& right) {
    return left.size() != right.size() ? left.size() < right.size() : left < right;
}

}  // namespace

bool ordinal_less(const migration_ordinal& left, const migration_ordinal& right) {
    return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end(),
                                        number_less);
}

std::string plain_number(std::string_view digits) {
    return std::string(digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1)));
}

std::string plain_version(std::string_view version) {
    std::string result;
    std::string zeros;
    for (std::string_view rest = version;;) {
        const auto end = std::min(rest.find('.'), rest.size());
        const auto part = rest.substr(0, end);
        if (part.empty() || part.find_first_not_of("0123456789") != std::string_view::npos)
            return std::string(version);
        const auto number = plain_number(part);
        if (number == "0" && !result.empty()) {
            zeros += ".0";
        } else {
            result += zeros + (result.empty() ? "" : ".") + number;
            zeros.clear();
        }
        if (end == rest.size()) return result;
        rest.remove_prefix(end + 1);
    }
}

}  // namespace chronos::internal
