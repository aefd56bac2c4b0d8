// A private server for the tests of this program, from the stage: unix socket only, stopped at the
// end by its process id. Its log is checked for crashes and shown when a test fails.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "chronos/error.hpp"
#include "connection/session.hpp"

namespace chronos::test {

class cluster {
  public:
    // The one that all tests share, started when first asked for.
    static cluster& shared();

    // initdb's arguments beyond the usual, and lines for postgresql.conf.
    explicit cluster(const std::vector<std::string>& initdb = {}, const std::string& config = {});
    ~cluster();
    cluster(const cluster&) = delete;
    cluster& operator=(const cluster&) = delete;

    [[nodiscard]] std::string conninfo(const std::string& database = "postgres",
                                       const std::string& user = "postgres") const;
    // A database that no other test uses; `options` as in CREATE DATABASE.
    std::string create_database(const std::string& options = {});
    void execute(const std::string& database, const std::string& sql);
    // The first column of the first row.
    std::string ask(const std::string& database, const std::string& sql);
    // Replaces pg_hba.conf and reloads.
    void set_hba(const std::string& lines);
    // Ends the server as a crash does, nothing flushed, and starts it again.
    void crash();
    // Runs a program of the server's bin directory against a database; returns what it prints.
    std::string run(const std::string& program, const std::string& arguments,
                    const std::string& database = "postgres");
    [[nodiscard]] std::string log() const;
    [[nodiscard]] const std::string& directory() const { return directory_; }
    [[nodiscard]] int port() const { return port_; }

  private:
    void start();

    std::string directory_;
    std::string bin_;
    int pid_ = 0;
    int port_ = 0;
    int databases_ = 0;
};

// A directory that goes away with the object.
class scratch {
  public:
    scratch();
    ~scratch();
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;
    [[nodiscard]] std::string path(const std::string& name = {}) const;

  private:
    std::string path_;
};

// The script odd_schema.sql beside this file.
[[nodiscard]] std::string odd_schema();

// The error that a call throws; fails the test if it throws none.
template <typename call_type>
error error_of(call_type&& call) {
    try {
        call();
    } catch (const error& failure) {
        return failure;
    }
    ADD_FAILURE() << "no error was thrown";
    return error(error_code::internal, "nothing");
}

}  // namespace chronos::test
