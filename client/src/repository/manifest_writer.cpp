// Writes a manifest: one top-level member a line and one object name a line, so that a shell can
// read what it needs without a JSON parser.
#include "chronos/error.hpp"
#include "repository/hash.hpp"
#include "repository/manifest.hpp"
#include "repository/strict_json.hpp"

namespace chronos::internal {
namespace {

std::string quoted(const std::string& text) {
    try {
        return json(text).dump();
    } catch (const json::exception&) {
        throw error(error_code::database, "a name is not valid UTF-8",
                    "A snapshot can only describe objects whose names are valid UTF-8.",
                    "Rename the object; the database's encoding is SQL_ASCII.");
    }
}

std::string quoted_or_null(const std::string& text) { return text.empty() ? "null" : quoted(text); }

template <typename Items, typename Write>
std::string list(const Items& items, const char* between, Write write) {
    std::string text;
    for (const auto& item : items) {
        if (!text.empty()) text += between;
        text += write(item);
    }
    return text;
}

std::string members(const object_ref& ref) {
    return "\"object\":" + quoted(ref.name) +
           ",\"plain_bytes\":" + std::to_string(ref.plain_bytes) +
           ",\"stored_bytes\":" + std::to_string(ref.stored_bytes);
}

std::string object(const object_ref& ref) { return "{" + members(ref) + "}"; }

std::string pieces(const std::vector<piece>& all) {
    if (all.empty()) return "[]";
    return "[\n" +
           list(all, ",\n",
                [](const piece& one) {
                    return "{" + members(one.object) + ",\"rows\":" + std::to_string(one.rows) +
                           "}";
                }) +
           "\n]";
}

std::string range(const range_facts& of) {
    return "{\"first\":" + std::to_string(of.first) +
           ",\"last\":" + (of.last ? std::to_string(*of.last) : "null") +
           ",\"pages\":" + std::to_string(of.pages) +
           ",\"newest_lsn\":" + quoted_or_null(of.newest_lsn) +
           ",\"settled\":" + (of.is_settled ? "true" : "false") +
           ",\"pieces\":" + std::to_string(of.pieces) +
           ",\"content_hash\":" + quoted(of.content_hash) + "}";
}

// Ranges stand one a line, and not where a shell looks for objects.
std::string facts(const std::optional<table_facts>& of) {
    if (!of) return {};
    return ",\"facts\":{\"oid\":" + std::to_string(of->oid) +
           ",\"file_path\":" + quoted(of->file_path) + ",\"signature\":" + quoted(of->signature) +
           ",\"ranges\":[" + (of->ranges.empty() ? "" : "\n" + list(of->ranges, ",\n", range)) +
           "]}";
}

std::string table(const table_data& of) {
    return "{\"schema\":" + quoted(of.schema) + ",\"name\":" + quoted(of.name) + ",\"kind\":\"" +
           (of.kind == table_kind::table ? "table" : "extension") + "\",\"format\":\"" +
           (of.format == copy_format::binary ? "binary" : "text") + "\",\"columns\":[" +
           list(of.columns, ",", quoted) + "],\"rows\":" + std::to_string(of.rows) +
           ",\"bytes\":" + std::to_string(of.bytes) +
           ",\"content_hash\":" + quoted_or_null(of.content_hash) + facts(of.facts) +
           ",\"pieces\":" + pieces(of.pieces) + "}";
}

std::string incremental(const incremental_info& of) {
    return "{\"proof\":" + std::to_string(of.proof) + ",\"marker\":" + quoted_or_null(of.marker) +
           ",\"base\":" + quoted_or_null(of.base) +
           ",\"reused_pieces\":" + std::to_string(of.reused_pieces) +
           ",\"reused_bytes\":" + std::to_string(of.reused_bytes) + "}";
}

std::string sequence(const sequence_state& of) {
    return "{\"schema\":" + quoted(of.schema) + ",\"name\":" + quoted(of.name) +
           ",\"last_value\":" + std::to_string(of.last_value) +
           ",\"is_called\":" + (of.is_called ? "true" : "false") + "}";
}

std::string relation(const relation_name& of) {
    return "{\"schema\":" + quoted(of.schema) + ",\"name\":" + quoted(of.name) + "}";
}

std::string server(const server_info& of) {
    return "{\"version_num\":" + std::to_string(of.version_num) +
           ",\"version\":" + quoted(of.version) +
           ",\"system_identifier\":" + quoted_or_null(of.system_identifier) + "}";
}

std::string database(const database_info& of) {
    return "{\"name\":" + quoted(of.name) + ",\"oid\":" + std::to_string(of.oid) +
           ",\"owner\":" + quoted(of.owner) + ",\"encoding\":" + quoted(of.encoding) +
           ",\"collate\":" + quoted(of.collate) + ",\"ctype\":" + quoted(of.ctype) +
           ",\"locale_provider\":" + quoted(of.locale_provider) +
           ",\"locale\":" + quoted_or_null(of.locale) + "}";
}

std::string chronos_of(const std::optional<chronos_info>& of) {
    if (!of) return "null";
    return "{\"timeline\":" + quoted(of->timeline) + ",\"version\":" + std::to_string(of->version) +
           ",\"fingerprint\":" + quoted(of->fingerprint) + "}";
}

std::string large_objects(const large_object_data& of) {
    return "{\"count\":" + std::to_string(of.count) + ",\"bytes\":" + std::to_string(of.bytes) +
           ",\"pieces\":" + pieces(of.pieces) + "}";
}

template <typename Items, typename Write>
std::string lines(const Items& items, Write write) {
    return items.empty() ? "[]" : "[\n" + list(items, ",\n", write) + "\n]";
}

}  // namespace

std::string to_json(const manifest& from) {
    std::string text = "{\n\"format\":{\"major\":" + std::to_string(kFormatMajor) +
                       ",\"min_reader\":" + std::to_string(kFormatMinReader) + "}";
    const auto member = [&](const char* key, const std::string& value) {
        text += ",\n\"";
        text += key;
        text += "\":" + value;
    };
    member("id", quoted(from.id));
    member("label", quoted_or_null(from.label));
    member("created_at", quoted(to_string(from.created_at)));
    member("tool_version", quoted(from.tool_version));
    member("encoding", quoted(from.encoding));
    member("server", server(from.server));
    member("database", database(from.database));
    member("chronos", chronos_of(from.chronos));
    member("globals", from.globals ? object(*from.globals) : "null");
    member("pre_data", object(from.pre_data));
    member("post_data", object(from.post_data));
    member("restore_script", object(from.restore_script));
    if (from.incremental) member("incremental", incremental(*from.incremental));
    member("tables", lines(from.tables, table));
    member("sequences", lines(from.sequences, sequence));
    member("large_objects", large_objects(from.large_objects));
    member("matviews", lines(from.matviews, relation));
    text += ",\n";
    text += "\"sha256\":\"" + sha256_hex(text) + "\"}\n";
    return text;
}

}  // namespace chronos::internal
