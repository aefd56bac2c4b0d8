#include "snapshot/page_source.hpp"

#include <fmt/format.h>

#include <unordered_map>

#include "snapshot/extension_functions.hpp"

namespace chronos::internal {
namespace {

constexpr const char* kFunctions =
    "{page_range,settled_range,reuse_refusal,reuse_facts,write_snapshot_marker}";

constexpr const char* kPages = R"(
SELECT f.is_settled, f.pages, f.newest_lsn, f.oldest_lsn
FROM unnest($1::oid[], $2::bigint[], $3::bigint[]) WITH ORDINALITY
     AS r (relation, first, last, number)
CROSS JOIN LATERAL chronos.{}(r.relation, r.first, r.last) AS f
ORDER BY r.number)";

template <typename Items, typename Write>
std::string array_of(const Items& items, Write write) {
    std::string list = "{";
    for (const auto& item : items) {
        if (list.size() > 1) list += ',';
        list += write(item);
    }
    return list + "}";
}

rows ask(session& on, const std::vector<source_table>& tables, std::span<const block_range> ranges,
         page_look look) {
    return on.query(
        fmt::format(kPages, look == page_look::tuples ? "settled_range" : "page_range"),
        {array_of(ranges,
                  [&](const auto& range) { return std::to_string(tables[range.table].oid); }),
         array_of(ranges, [](const auto& range) { return std::to_string(range.first); }),
         array_of(ranges, [](const auto& range) {
             return range.last ? std::to_string(*range.last) : std::string("NULL");
         })});
}

}  // namespace

std::string why_no_proof(session& on) {
    if (!has_extension_functions(on, kFunctions)) {
        return "the database does not have the extension chronos, or an older version of it";
    }
    const auto found = on.query_one(
        "SELECT chronos.reuse_refusal(), has_function_privilege("
        "'chronos.write_snapshot_marker(uuid)', 'EXECUTE')");
    if (!found.is_null(0)) return found.text(0);
    if (!found.flag(1)) return "the role may not execute chronos.write_snapshot_marker(uuid)";
    return {};
}

std::vector<gate_facts> read_gate(session& on, const std::vector<source_table>& tables) {
    std::unordered_map<std::int64_t, gate_facts> by_oid;
    for (const auto& line : on.query(
             "SELECT relation, file_path, signature, refusal FROM chronos.reuse_facts($1::oid[])",
             {oid_array(tables)})) {
        by_oid[line.number(0)] = {line.text(1), line.text(2), line.text(3)};
    }
    std::vector<gate_facts> result;
    for (const auto& table : tables) {
        const auto found = by_oid.find(table.oid);
        result.push_back(found == by_oid.end() ? gate_facts{{}, {}, "it is gone"} : found->second);
        if (!table.condition.empty()) result.back().refusal = "only some of its rows are copied";
    }
    return result;
}

std::optional<std::vector<page_facts>> read_pages(session& on,
                                                  const std::vector<source_table>& tables,
                                                  std::span<const block_range> ranges,
                                                  page_look look) {
    std::vector<page_facts> result;
    if (ranges.empty()) return result;
    on.execute("SAVEPOINT pages");
    try {
        for (const auto& line : ask(on, tables, ranges, look)) {
            result.push_back({line.flag(0), static_cast<std::uint64_t>(line.number(1)),
                              line.text(2), line.text(3)});
        }
        on.execute("RELEASE SAVEPOINT pages");
    } catch (const server_error& failure) {
        if (failure.code() == error_code::cancelled || failure.code() == error_code::connection) {
            throw;
        }
        on.execute("ROLLBACK TO SAVEPOINT pages; RELEASE SAVEPOINT pages");
        return std::nullopt;
    }
    if (result.size() != ranges.size()) return std::nullopt;
    return result;
}

bool sees_marker(session& on, const std::string& marker) {
    return on
        .query_one("SELECT EXISTS (SELECT FROM chronos.snapshot_marker WHERE id::text = $1)",
                   {marker})
        .flag(0);
}

void write_marker(session& on, const std::string& marker) {
    transaction writing(on, "BEGIN READ WRITE");
    on.query("SELECT chronos.write_snapshot_marker($1::uuid)", {marker});
    writing.commit();
}

}  // namespace chronos::internal
