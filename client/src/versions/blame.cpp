#include "chronos/blame.hpp"

#include "chronos/connection.hpp"
#include "versions/diagnosis.hpp"
#include "versions/values.hpp"

namespace chronos {

std::vector<blame_line> blame(connection& database, std::string_view relation,
                              std::string_view version) {
    std::vector<blame_line> lines;
    for (const auto& one :
         internal::ask(database.internal_session(),
                       "SELECT b.part, b.version,"
                       " (extract(epoch FROM b.committed_at) * 1000000)::bigint, b.role,"
                       " pg_catalog.to_json(b.statements)"
                       " FROM chronos.blame($1::text, chronos.resolve($2::text)) AS b",
                       {std::string(relation), std::string(version)})) {
        lines.push_back({one.text(0), one.number(1), internal::moment(one, 2), one.text(3),
                         internal::texts(one.text(4))});
    }
    return lines;
}

}  // namespace chronos
