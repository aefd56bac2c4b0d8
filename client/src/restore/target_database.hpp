// The database that is restored into, and what becomes of it when the restore fails.
#pragma once

#include <memory>
#include <string>

#include "chronos/restore.hpp"
#include "connection/scratch_database.hpp"
#include "repository/manifest.hpp"
#include "restore/script_runner.hpp"

namespace chronos::internal {

class target_database {
  public:
    // Checks that the target is as the options say. Throws refused, with what is in the way.
    explicit target_database(const restore_options& options);
    // Drops a database that was created and is not complete.
    ~target_database();
    target_database(const target_database&) = delete;
    target_database& operator=(const target_database&) = delete;

    // A session for work that belongs to the server and not to one database.
    [[nodiscard]] session& server();
    // Creates the database under a temporary name, if it is to be created.
    void prepare(const database_info& like, const warn_function& warn);
    [[nodiscard]] std::unique_ptr<session> connect() const;
    // Gives it its name; a replaced database is dropped only then. All sessions must be closed.
    void complete();
    // The name it has when it is complete.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] bool leaves_a_part() const noexcept { return temporary_.empty(); }

  private:
    void swap();

    const restore_options& options_;
    std::string name_;
    std::string temporary_;
    bool created_ = false;
    std::unique_ptr<session> server_;
};

[[nodiscard]] database_locale locale_of(const database_info& like);

// Throws refused, naming what the database holds. What chronos itself left there does not count.
void require_empty(session& on);

}  // namespace chronos::internal
