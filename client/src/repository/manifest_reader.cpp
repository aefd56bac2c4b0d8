#include <limits>

#include "chronos/error.hpp"
#include "core/snapshot_id.hpp"
#include "repository/format.hpp"
#include "repository/hash.hpp"
#include "repository/manifest.hpp"
#include "repository/strict_json.hpp"

namespace chronos::internal {
namespace {

constexpr std::uint64_t kMaxBytes = std::numeric_limits<std::int64_t>::max();
// PostgreSQL's limit is 63; another build of it may have another.
constexpr std::size_t kMaxNameBytes = 252;

[[noreturn]] void fail(const json_reader& in, const char* key, const std::string& problem) {
    json_reader::fail(in.path_of(key), problem);
}

std::string filled(const json_reader& in, const char* key) {
    std::string value = in.text(key);
    if (value.empty()) fail(in, key, "is empty");
    return value;
}

std::string name(const json_reader& in, const char* key) {
    std::string value = filled(in, key);
    if (value.size() > kMaxNameBytes) fail(in, key, "is too long for a name");
    return value;
}

// Hexadecimal digits, or empty.
std::string hex(const json_reader& in, const char* key, std::size_t digits) {
    std::string value = in.text_or_empty(key);
    if (value.empty()) return value;
    if ((digits != 0 && value.size() != digits) ||
        value.find_first_not_of("0123456789abcdef") != std::string::npos) {
        fail(in, key, "is not a hash");
    }
    return value;
}

object_ref read_object(const json_reader& in) {
    object_ref ref{in.text("object"), in.count("plain_bytes", kMaxBytes),
                   in.count("stored_bytes", kMaxBytes)};
    if (!is_object_name(ref.name)) fail(in, "object", "is not the name of an object");
    return ref;
}

std::vector<piece> read_pieces(const json_reader& in) {
    std::vector<piece> pieces;
    in.each("pieces", [&](const json& value, std::string path) {
        const json_reader one(value, std::move(path));
        pieces.push_back({read_object(one), one.count("rows", kMaxBytes)});
    });
    return pieces;
}

// Throws unless the pieces add up to what is said of them all.
void check_sums(const json_reader& in, const std::vector<piece>& pieces, std::uint64_t bytes,
                const std::uint64_t* rows) {
    std::uint64_t plain_bytes = 0;
    std::uint64_t piece_rows = 0;
    for (const piece& one : pieces) {
        plain_bytes += one.object.plain_bytes;
        piece_rows += one.rows;
    }
    if (plain_bytes != bytes) fail(in, "bytes", "is not the sum of the pieces");
    if (rows != nullptr && piece_rows != *rows) fail(in, "rows", "is not the sum of the pieces");
}

template <typename Value>
Value choice(const json_reader& in, const char* key, const char* first, Value first_value,
             const char* second, Value second_value) {
    const std::string text = in.text(key);
    if (text == first) return first_value;
    if (text == second) return second_value;
    fail(in, key, "has an unknown value");
}

std::string lsn(const json_reader& in, const char* key) {
    std::string value = in.text_or_empty(key);
    if (value.find_first_not_of("0123456789ABCDEF/") != std::string::npos) {
        fail(in, key, "is not a position in the WAL");
    }
    return value;
}

range_facts read_range(const json_reader& in, bool is_last) {
    range_facts range;
    range.first = in.count("first", kMaxBytes);
    if (!in.is_null("last")) range.last = in.count("last", kMaxBytes);
    if (range.last.has_value() == is_last) fail(in, "last", "leaves a gap");
    range.pages = in.count("pages", kMaxBytes);
    range.newest_lsn = lsn(in, "newest_lsn");
    range.is_settled = in.flag("settled");
    range.pieces = in.count("pieces", kMaxBytes);
    range.content_hash = hex(in, "content_hash", 32);
    if (range.content_hash.empty()) fail(in, "content_hash", "is empty");
    return range;
}

// The ranges follow each other and share out the pieces.
std::vector<range_facts> read_ranges(const json_reader& in, std::size_t pieces) {
    std::vector<range_facts> ranges;
    std::uint64_t next = 0;
    std::uint64_t shared_out = 0;
    const std::size_t count = in.size("ranges");
    in.each("ranges", [&](const json& value, std::string path) {
        const json_reader one(value, std::move(path));
        ranges.push_back(read_range(one, ranges.size() + 1 == count));
        if (ranges.back().first != next) fail(one, "first", "leaves a gap");
        next = ranges.back().last.value_or(0);
        if (ranges.back().pieces > pieces - shared_out) fail(one, "pieces", "is too many");
        shared_out += ranges.back().pieces;
    });
    if (shared_out != pieces) fail(in, "ranges", "leaves pieces out");
    return ranges;
}

std::optional<table_facts> read_facts(const json_reader& table, std::size_t pieces) {
    const auto in = table.optional_object("facts");
    if (!in) return std::nullopt;
    table_facts facts;
    facts.oid =
        static_cast<std::uint32_t>(in->count("oid", std::numeric_limits<std::uint32_t>::max()));
    facts.file_path = filled(*in, "file_path");
    facts.signature = hex(*in, "signature", 64);
    if (facts.signature.empty()) fail(*in, "signature", "is empty");
    facts.ranges = read_ranges(*in, pieces);
    return facts;
}

std::optional<incremental_info> read_incremental(const json_reader& manifest) {
    const auto in = manifest.optional_object("incremental");
    if (!in) return std::nullopt;
    return incremental_info{in->count("proof", kMaxBytes), in->text_or_empty("marker"),
                            in->text_or_empty("base"), in->count("reused_pieces", kMaxBytes),
                            in->count("reused_bytes", kMaxBytes)};
}

std::optional<chronos_info> read_chronos(const json_reader& manifest) {
    const auto in = manifest.optional_object("chronos");
    if (!in) return std::nullopt;
    return chronos_info{filled(*in, "timeline"), in->number("version"), hex(*in, "fingerprint", 0)};
}

table_data read_table(const json_reader& in) {
    table_data table;
    table.schema = name(in, "schema");
    table.name = name(in, "name");
    table.kind = choice(in, "kind", "table", table_kind::table, "extension", table_kind::extension);
    table.format = choice(in, "format", "binary", copy_format::binary, "text", copy_format::text);
    in.each("columns", [&](const json& value, const std::string& path) {
        if (!value.is_string() || value.get_ref<const std::string&>().empty() ||
            value.get_ref<const std::string&>().size() > kMaxNameBytes ||
            value.get_ref<const std::string&>().find('\0') != std::string::npos) {
            json_reader::fail(path, "is not the name of a column");
        }
        table.columns.push_back(value.get<std::string>());
    });
    table.rows = in.count("rows", kMaxBytes);
    table.bytes = in.count("bytes", kMaxBytes);
    table.content_hash = hex(in, "content_hash", 32);
    table.pieces = read_pieces(in);
    check_sums(in, table.pieces, table.bytes, &table.rows);
    table.facts = read_facts(in, table.pieces.size());
    return table;
}

large_object_data read_large_objects(const json_reader& in) {
    large_object_data data;
    data.count = in.count("count", kMaxBytes);
    data.bytes = in.count("bytes", kMaxBytes);
    data.pieces = read_pieces(in);
    check_sums(in, data.pieces, data.bytes, nullptr);
    return data;
}

server_info read_server(const json_reader& in) {
    return {static_cast<int>(in.count("version_num", 99999999)), in.text("version"),
            in.text_or_empty("system_identifier")};
}

database_info read_database(const json_reader& in) {
    database_info database;
    database.name = name(in, "name");
    database.oid =
        static_cast<std::uint32_t>(in.count("oid", std::numeric_limits<std::uint32_t>::max()));
    database.owner = name(in, "owner");
    database.encoding = filled(in, "encoding");
    database.collate = in.text("collate");
    database.ctype = in.text("ctype");
    database.locale_provider = in.text("locale_provider");
    database.locale = in.text_or_empty("locale");
    return database;
}

// The last line holds the SHA-256 of everything before it.
void check_sum(std::string_view text) {
    constexpr std::string_view kBegin = "\"sha256\":\"";
    constexpr std::string_view kEnd = "\"}\n";
    const std::size_t line_bytes = kBegin.size() + 64 + kEnd.size();
    if (text.size() >= line_bytes) {
        const auto body = text.substr(0, text.size() - line_bytes);
        const auto line = text.substr(body.size());
        if (line.starts_with(kBegin) && line.ends_with(kEnd) && body.ends_with('\n') &&
            line.substr(kBegin.size(), 64) == sha256_hex(body)) {
            return;
        }
    }
    throw error(error_code::damaged, "manifest is damaged",
                "It is cut short or was altered: its checksum does not fit.");
}

}  // namespace

manifest from_json(std::string_view text) {
    check_sum(text);
    const json value = parse_strict(text, "manifest");
    const json_reader in(value, {});
    check_format(in.object("format"), "the manifest");

    manifest to;
    to.id = in.text("id");
    if (!is_snapshot_id(to.id)) fail(in, "id", "is not the id of a snapshot");
    to.label = in.text_or_empty("label");
    const auto moment = parse_timestamp(in.text("created_at"));
    if (!moment) fail(in, "created_at", "is not a moment");
    to.created_at = *moment;
    to.tool_version = in.text("tool_version");
    to.encoding = filled(in, "encoding");
    to.server = read_server(in.object("server"));
    to.database = read_database(in.object("database"));
    to.chronos = read_chronos(in);
    if (const auto globals = in.optional_object("globals")) to.globals = read_object(*globals);
    to.pre_data = read_object(in.object("pre_data"));
    to.post_data = read_object(in.object("post_data"));
    to.restore_script = read_object(in.object("restore_script"));
    to.incremental = read_incremental(in);
    in.each("tables", [&](const json& one, std::string path) {
        to.tables.push_back(read_table({one, std::move(path)}));
    });
    in.each("sequences", [&](const json& one, std::string path) {
        const json_reader sequence(one, std::move(path));
        to.sequences.push_back({name(sequence, "schema"), name(sequence, "name"),
                                sequence.number("last_value"), sequence.flag("is_called")});
    });
    to.large_objects = read_large_objects(in.object("large_objects"));
    in.each("matviews", [&](const json& one, std::string path) {
        const json_reader view(one, std::move(path));
        to.matviews.push_back({name(view, "schema"), name(view, "name")});
    });
    return to;
}

void for_each_object(const manifest& of,
                     const std::function<void(const object_ref&, const std::string&)>& visit) {
    if (of.globals) visit(*of.globals, "globals");
    visit(of.pre_data, "pre_data");
    visit(of.post_data, "post_data");
    visit(of.restore_script, "restore_script");
    for (const table_data& table : of.tables) {
        const std::string user = "table " + table.schema + "." + table.name;
        for (const piece& one : table.pieces) visit(one.object, user);
    }
    for (const piece& one : of.large_objects.pieces) visit(one.object, "large objects");
}

}  // namespace chronos::internal
