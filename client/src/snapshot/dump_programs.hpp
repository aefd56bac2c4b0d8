// PostgreSQL's own programs: definitions by pg_dump, roles by pg_dumpall.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "connection/session.hpp"

namespace chronos::internal {

class dump_programs {
  public:
    // Finds programs that can read this server: of its own major version if there are any, else of
    // the next newer one. Throws wrong_component, with what to install.
    explicit dump_programs(const session& on, const std::stop_token& stop);

    // What pg_dump prints for --section=pre-data or post-data as the snapshot sees it. Throws busy
    // if it did not get its locks in time.
    [[nodiscard]] std::string definitions(const std::string& section, const std::string& snapshot,
                                          const std::string& encoding) const;

    // What pg_dumpall prints; without passwords, or nothing at all, if the role may not read them:
    // then `warn` is told.
    [[nodiscard]] std::optional<std::string> globals(
        const std::function<void(const std::string&)>& warn) const;

  private:
    std::string directory_;
    std::map<std::string, std::string> environment_;
    std::string database_;
    std::stop_token stop_;
};

}  // namespace chronos::internal
