// One connection as the library's modules use it.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connection/server_error.hpp"
#include "connection/value.hpp"

namespace chronos::internal {

// Rows on their way into the server; ends the COPY with an error if it is destroyed unfinished.
class copy_channel {
  public:
    virtual ~copy_channel() = default;
    virtual void write(std::string_view bytes) = 0;
    // Returns the number of rows.
    virtual std::int64_t finish() = 0;
};

// Thread-safety: one thread at a time, except cancel().
class session {
  public:
    // With `database`, to that one instead of the one the connection string names.
    explicit session(const std::string& conninfo, std::string_view application = "chronos",
                     std::string_view database = {});
    ~session();
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    // A further session to the same server and database, or to another database of it.
    [[nodiscard]] std::unique_ptr<session> another(std::string_view database = {}) const;

    // Parameters are written $1, $2, ...; all errors are server_error.
    rows query(std::string_view sql, const std::vector<value>& parameters = {});
    // The first row; throws if there is none.
    row query_one(std::string_view sql, const std::vector<value>& parameters = {});
    // One or several statements; results are dropped.
    void execute(std::string_view script);

    // One statement of somebody's script, with the lines it copies if it is COPY ... FROM STDIN;
    // results are dropped. Its errors know position and context.
    void run(std::string_view statement, std::string_view copied = {});

    // COPY ... TO STDOUT: the sink gets one call a message, which is one row (binary: the first
    // with the header, one more with the trailer). Returns the number of rows.
    using copy_sink = std::function<void(std::string_view)>;
    std::int64_t copy_out(std::string_view sql, const copy_sink& sink);
    // COPY ... FROM STDIN.
    std::unique_ptr<copy_channel> copy_in(std::string_view sql);

    void on_notice(std::function<void(const server_report&)> handler);

    // From listen() to unlisten() notifications of the channel are kept until wait() takes them.
    void listen(std::string_view channel);
    void unlisten();
    // False if none has come in time. Throws error: cancelled after cancel(), connection if the
    // server is gone.
    bool wait(std::chrono::milliseconds most);

    // Ends the waiting of this session, and asks the server for nothing. From any thread.
    void stop_waiting() noexcept;

    // Asks the server to end the running statement, and ends the waiting of this session. From any
    // thread, at any time before destruction.
    void cancel() noexcept;

    // 150020 for 15.20.
    [[nodiscard]] int server_version() const;
    [[nodiscard]] std::string database() const;
    [[nodiscard]] std::string user() const;
    [[nodiscard]] int backend_pid() const;
    // The connection as PG* variables, for PostgreSQL's own programs.
    [[nodiscard]] std::map<std::string, std::string> environment() const;

    // The database that a connection string (with the PG* variables) means.
    [[nodiscard]] static std::string database_of(const std::string& conninfo);
    // A connection string for another database of the same server.
    [[nodiscard]] static std::string conninfo_to(const std::string& conninfo,
                                                 std::string_view database);
    [[nodiscard]] static std::string quote_name(std::string_view name);
    [[nodiscard]] static std::string quote_literal(std::string_view text);

  private:
    struct state;
    std::unique_ptr<state> state_;
    explicit session(std::unique_ptr<state> open);
};

// Commits only when told to; otherwise the destructor rolls back.
class transaction {
  public:
    explicit transaction(session& on, std::string_view begin = "BEGIN");
    ~transaction();
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;
    void commit();

  private:
    session& session_;
    bool open_ = true;
};

}  // namespace chronos::internal
