#include "repository/format.hpp"

#include "chronos/error.hpp"
#include "repository/manifest.hpp"

namespace chronos::internal {

std::string to_json(const repository_format& from) {
    return "{\"format\":{\"major\":" + std::to_string(from.major) +
           ",\"min_reader\":" + std::to_string(from.min_reader) + "},\"id\":\"" + from.id +
           "\",\"created_at\":\"" + to_string(from.created_at) + "\"}\n";
}

int check_format(const json_reader& in, const std::string& what) {
    const auto major = in.count("major", 1000000);
    const auto min_reader = in.count("min_reader", 1000000);
    if (min_reader == 0 || major < min_reader) {
        json_reader::fail("format", "is not a version");
    }
    if (min_reader > kFormatMajor) {
        throw error(error_code::wrong_component,
                    what + " has format " + std::to_string(major) + ", which is too new",
                    "This version of chronos reads format " + std::to_string(kFormatMajor) + ".",
                    "Use a version of chronos that is not older than the one that wrote it.");
    }
    return static_cast<int>(major);
}

repository_format read_format(std::string_view text) {
    const json value = parse_strict(text, kFormatKey);
    const json_reader in(value, {});
    repository_format format;
    format.major = check_format(in.object("format"), "the repository");
    format.min_reader = static_cast<int>(in.object("format").count("min_reader", 1000000));
    format.id = in.text("id");
    if (format.id.size() != 32 ||
        format.id.find_first_not_of("0123456789abcdef") != std::string::npos) {
        json_reader::fail("id", "is not the id of a repository");
    }
    const auto moment = parse_timestamp(in.text("created_at"));
    if (!moment) json_reader::fail("created_at", "is not a moment");
    format.created_at = *moment;
    return format;
}

}  // namespace chronos::internal
