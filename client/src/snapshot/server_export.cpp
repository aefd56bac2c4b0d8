#include "snapshot/server_export.hpp"

#include <fmt/format.h>

#include <unordered_set>

#include "chronos/error.hpp"
#include "repository/compress.hpp"
#include "snapshot/extension_functions.hpp"
#include "snapshot/piece_builder.hpp"

namespace chronos::internal {
namespace {

constexpr const char* kFunctions = "{export_range,export_refusals}";

constexpr std::uint64_t kNotFromHere = ~std::uint64_t{0};
constexpr std::size_t kWord = 8;
constexpr std::size_t kDigest = 32;
constexpr std::size_t kHead = 4 * kWord + kDigest;

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t result = 0;
    for (const char byte : bytes) result = result << 8 | static_cast<unsigned char>(byte);
    return result;
}

std::string array_of_names(const std::vector<std::string>& names) {
    std::string list;
    for (const auto& name : names) {
        list += fmt::format("{}{}", list.empty() ? "" : ", ", session::quote_literal(name));
    }
    return fmt::format("ARRAY[{}]::pg_catalog.name[]", list);
}

std::string statement(const source_table& table, const block_range& range) {
    const auto first = range.whole ? 0 : range.first;
    const auto last = range.last ? std::to_string(*range.last) : std::string("NULL");
    return fmt::format(
        "COPY (SELECT chronos.export_range({}::pg_catalog.regclass, {}, {}, {})) TO STDOUT (FORMAT "
        "binary)",
        session::quote_literal(table.quoted()), array_of_names(table.columns), first, last);
}

// One row of one column, as COPY sends it; empty: none.
std::string_view only_value(std::string_view message) {
    constexpr std::string_view kOneField("\0\1", 2);
    constexpr std::size_t kLength = 4;
    if (message.starts_with(kCopyHeader)) message.remove_prefix(kCopyHeader.size());
    if (message.empty() || message == kCopyTrailer) return {};
    if (!message.starts_with(kOneField) || message.size() < kOneField.size() + kLength) {
        throw error(error_code::internal, "the server sent what is no piece");
    }
    message.remove_prefix(kOneField.size());
    const auto length = big_endian(message.substr(0, kLength));
    message.remove_prefix(kLength);
    if (length != message.size()) throw error(error_code::internal, "a piece was cut short");
    return message;
}

}  // namespace

std::vector<bool> exported_by_server(session& on, const std::vector<source_table>& tables) {
    std::vector<bool> result(tables.size(), false);
    if (!has_extension_functions(on, kFunctions, callable::by_us)) return result;
    std::unordered_set<std::int64_t> able;
    for (const auto& line :
         on.query("SELECT relation FROM chronos.export_refusals($1::oid[]) WHERE refusal IS NULL",
                  {oid_array(tables)})) {
        able.insert(line.number(0));
    }
    for (std::size_t i = 0; i < tables.size(); ++i) {
        result[i] = able.contains(tables[i].oid) && tables[i].condition.empty() &&
                    tables[i].format == copy_format::binary;
    }
    return result;
}

packed_piece read_packed_piece(std::string_view returned) {
    if (returned.size() <= kHead) throw error(error_code::internal, "a piece was cut short");
    packed_piece result;
    result.rows = big_endian(returned.substr(0, kWord));
    result.object.ref.plain_bytes = big_endian(returned.substr(kWord, kWord));
    result.object.ref.name = to_hex(returned.substr(2 * kWord, kDigest));
    result.hash = content_hash::from_hex(to_hex(returned.substr(2 * kWord + kDigest, 2 * kWord)));
    result.object.stored = returned.substr(kHead);
    result.object.ref.stored_bytes = result.object.stored.size();
    return result;
}

bool is_genuine(const packed_piece& piece) {
    thread_local std::string plain;
    const auto& ref = piece.object.ref;
    return decompress(piece.object.stored, ref.plain_bytes, plain) && sha256_hex(plain) == ref.name;
}

bool is_remote(const session& on) {
    const auto environment = on.environment();
    const auto host = environment.find("PGHOST");
    return host != environment.end() && !host->second.starts_with('/');
}

export_end export_in_server(session& on, const source_table& table, const block_range& range,
                            const std::function<void(const packed_piece&)>& sink) {
    auto end = export_end::whole;
    on.execute("SAVEPOINT export");
    try {
        on.copy_out(statement(table, range), [&](std::string_view message) {
            const auto returned = only_value(message);
            if (returned.size() == kWord && big_endian(returned) == kNotFromHere) {
                end = export_end::too_wide;
            } else if (!returned.empty()) {
                sink(read_packed_piece(returned));
            }
        });
        on.execute("RELEASE SAVEPOINT export");
    } catch (const server_error& failure) {
        if (failure.code() == error_code::cancelled || failure.code() == error_code::connection) {
            throw;
        }
        // COPY may be able to, or knows better what is wrong.
        on.execute("ROLLBACK TO SAVEPOINT export; RELEASE SAVEPOINT export");
        return export_end::failed;
    }
    return end;
}

}  // namespace chronos::internal
