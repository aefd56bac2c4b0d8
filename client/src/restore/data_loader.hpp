// Loading pieces by COPY, in parallel.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "connection/progress_meter.hpp"
#include "connection/workers.hpp"
#include "repository/reading_session.hpp"

namespace chronos::internal {

class data_loader {
  public:
    // Called by the thread that loaded the last rows of a table, which goes on after it.
    using table_done =
        std::function<void(const table_data& table, session& on, const interruption& interrupted)>;

    data_loader(reading_session& from, std::vector<const table_data*> tables, progress_meter& meter,
                table_done done);

    // Tables that extensions made come first, one after the other: their foreign keys exist
    // already.
    void run(const std::vector<session*>& workers, const std::stop_token& stop);

  private:
    struct task {
        const table_data* table;
        const piece* part;
    };

    void find_rerouted(session& on);
    void load(session& on, const task& next, std::string& buffer, const interruption& interrupted);
    [[nodiscard]] bool take(task& next);

    reading_session& from_;
    progress_meter& meter_;
    table_done done_;
    std::vector<const table_data*> tables_;
    std::mutex mutex_;
    std::vector<task> waiting_;  // the next one last
    std::map<const table_data*, std::size_t> left_;
    std::map<std::pair<std::string, std::string>, std::string> rerouted_;
};

// Reads one piece from the repository, which checks its hash, and sends it.
void load_piece(reading_session& from, const piece& part, session& on, const std::string& statement,
                std::string& buffer);

[[nodiscard]] std::string quoted_table(const std::string& schema, const std::string& name);
// "(a, b)" or nothing.
[[nodiscard]] std::string column_list(const std::vector<std::string>& columns);

// SELECT setval(...) for all of them in a few statements.
void set_sequences(session& on, const std::vector<sequence_state>& sequences);

// The objects exist already, empty.
void load_large_objects(reading_session& from, const large_object_data& data, session& on,
                        const interruption& interrupted);

}  // namespace chronos::internal
