#include "repository/strict_json.hpp"

#include <limits>
#include <vector>

#include "chronos/error.hpp"

namespace chronos::internal {
namespace {

constexpr std::size_t kMaxDepth = 16;

// Builds the value while it is parsed.
class builder : public nlohmann::json_sax<json> {
  public:
    bool null() override { return add(nullptr); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(number_integer_t value) override { return add(value); }
    bool number_unsigned(number_unsigned_t value) override { return add(value); }
    bool number_float(number_float_t, const string_t& text) override {
        return refuse("the number " + text.substr(0, 40) + " is not a 64-bit integer");
    }
    bool string(string_t& value) override { return add(std::move(value)); }
    bool binary(binary_t&) override { return refuse("binary data"); }
    bool start_object(std::size_t) override { return open(json::object()); }
    bool start_array(std::size_t) override { return open(json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override {
        key_ = std::move(name);
        return !open_.back()->contains(key_) || refuse("the key " + json(key_).dump() + " twice");
    }
    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::detail::exception&) override {
        return refuse("no JSON from byte " + std::to_string(position) + " on");
    }

    json root;
    std::string problem;

  private:
    bool refuse(std::string what) {
        if (problem.empty()) problem = std::move(what);
        return false;
    }
    json* place(json value) {
        if (open_.empty()) {
            root = std::move(value);
            return &root;
        }
        json& parent = *open_.back();
        if (parent.is_array()) {
            parent.push_back(std::move(value));
            return &parent.back();
        }
        return &(parent[key_] = std::move(value));
    }
    bool add(json value) {
        place(std::move(value));
        return true;
    }
    bool open(json value) {
        if (open_.size() == kMaxDepth) return refuse("nesting that is too deep");
        open_.push_back(place(std::move(value)));
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }

    std::vector<json*> open_;
    std::string key_;
};

const char* name_of(json::value_t type) {
    switch (type) {
        case json::value_t::string:
            return "a string";
        case json::value_t::array:
            return "an array";
        case json::value_t::object:
            return "an object";
        case json::value_t::boolean:
            return "true or false";
        default:
            return "an integer";
    }
}

}  // namespace

json parse_strict(std::string_view text, const std::string& what) {
    builder into;
    if (!json::sax_parse(text.begin(), text.end(), &into)) {
        throw error(error_code::damaged, what + " is damaged", "It holds " + into.problem + ".");
    }
    return std::move(into.root);
}

json_reader::json_reader(const json& value, std::string path)
    : value_(&value), path_(std::move(path)) {
    if (!value.is_object()) fail(path_, "is not an object");
}

void json_reader::fail(const std::string& path, const std::string& problem) {
    throw error(error_code::damaged, "damaged: " + path + " " + problem);
}

std::string json_reader::path_of(const char* key) const {
    return path_.empty() ? key : path_ + "." + key;
}

const json& json_reader::member(const char* key, json::value_t type) const {
    const auto found = value_->find(key);
    if (found == value_->end()) fail(path_of(key), "is missing");
    if (found->type() != type) fail(path_of(key), std::string("is not ") + name_of(type));
    return *found;
}

std::string json_reader::text(const char* key) const {
    std::string value = member(key, json::value_t::string).get<std::string>();
    if (value.find('\0') != std::string::npos) fail(path_of(key), "holds a zero character");
    return value;
}

std::string json_reader::text_or_empty(const char* key) const {
    return is_null(key) ? std::string() : text(key);
}

std::uint64_t json_reader::count(const char* key, std::uint64_t highest) const {
    const auto value = member(key, json::value_t::number_unsigned).get<std::uint64_t>();
    if (value > highest) fail(path_of(key), "is out of range");
    return value;
}

std::int64_t json_reader::number(const char* key) const {
    const auto found = value_->find(key);
    if (found == value_->end()) fail(path_of(key), "is missing");
    if (!found->is_number_integer()) fail(path_of(key), "is not an integer");
    if (found->is_number_unsigned() &&
        found->get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()) {
        fail(path_of(key), "is out of range");
    }
    return found->get<std::int64_t>();
}

bool json_reader::flag(const char* key) const {
    return member(key, json::value_t::boolean).get<bool>();
}

bool json_reader::is_null(const char* key) const {
    const auto found = value_->find(key);
    return found == value_->end() || found->is_null();
}

std::size_t json_reader::size(const char* array) const {
    return member(array, json::value_t::array).size();
}

json_reader json_reader::object(const char* key) const {
    return {member(key, json::value_t::object), path_of(key)};
}

std::optional<json_reader> json_reader::optional_object(const char* key) const {
    if (is_null(key)) return std::nullopt;
    return object(key);
}

}  // namespace chronos::internal
