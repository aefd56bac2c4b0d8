#include "restore/index_check.hpp"

#include <atomic>
#include <mutex>

namespace chronos::internal {

namespace {

constexpr const char* kIndexes =
    "SELECT c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname)"
    " FROM pg_catalog.pg_index AS i"
    " JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid"
    " JOIN pg_catalog.pg_am AS m ON m.oid = c.relam"
    " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
    " WHERE m.amname = 'btree' AND c.relkind = 'i' AND c.relpersistence = 'p' AND i.indisvalid"
    "  AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
    " ORDER BY c.relpages DESC, c.oid";

}  // namespace

index_check check_indexes(const std::vector<session*>& workers, const std::stop_token& stop) {
    session& first = *workers.front();
    first.execute("CREATE SCHEMA chronos_drill; CREATE EXTENSION amcheck SCHEMA chronos_drill");
    const rows all = first.query(kIndexes);
    index_check result;
    std::mutex mutex;
    std::atomic<std::size_t> next = 0;
    run_workers(workers, stop, [&](session& on, const interruption& interrupted) {
        for (auto i = next++; i < all.size(); i = next++) {
            interrupted.check();
            std::string problem;
            try {
                (void)on.query("SELECT chronos_drill.bt_index_check($1::oid, true)",
                               {all.at(i).text(0)});
            } catch (const server_error& failure) {
                if (failure.code() != error_code::database) throw;
                problem = "index " + all.at(i).text(1) + ": " + failure.what();
            }
            const std::lock_guard guard(mutex);
            ++result.checked;
            if (!problem.empty()) result.problems.push_back(std::move(problem));
        }
    });
    return result;
}

}  // namespace chronos::internal
