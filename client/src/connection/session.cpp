#include "connection/session.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <array>
#include <mutex>

#include "connection/copy.hpp"
#include "connection/pqxx_bridge.hpp"
#include "connection/raw_connection.hpp"
#include "connection/waiting.hpp"

namespace chronos::internal {
namespace {

constexpr int kOldestServer = 150000;

void receive_notice(void* handler, const PGresult* result) {
    auto& call = *static_cast<std::function<void(const server_report&)>*>(handler);
    if (!call) return;
    const auto field = [&](int code) {
        const char* text = PQresultErrorField(result, code);
        return text == nullptr ? std::string() : std::string(text);
    };
    call({field(PG_DIAG_SEVERITY_NONLOCALIZED), field(PG_DIAG_SQLSTATE),
          field(PG_DIAG_MESSAGE_PRIMARY), field(PG_DIAG_MESSAGE_DETAIL),
          field(PG_DIAG_MESSAGE_HINT)});
}

overrides first_overrides(std::string_view application, std::string_view database) {
    overrides chosen{{"fallback_application_name", std::string(application)}};
    if (!database.empty()) chosen["dbname"] = database;
    return chosen;
}

}  // namespace

struct session::state {
    state(std::string conninfo, overrides chosen)
        : conninfo_(std::move(conninfo)),
          raw_(open_connection(conninfo_, chosen)),
          bridge_(raw_),
          waiting_(raw_),
          cancel_(PQgetCancel(raw_)) {
        PQsetNoticeReceiver(raw_, &receive_notice, &notice_);
        // libpqxx passes on the text alone, and not every version the SQLSTATE with it.
        PQsetErrorVerbosity(raw_, PQERRORS_VERBOSE);
    }
    ~state() { PQfreeCancel(cancel_); }

    std::string conninfo_;
    PGconn* raw_;
    std::function<void(const server_report&)> notice_;
    pqxx_bridge bridge_;
    waiting waiting_;
    PGcancel* cancel_;
};

session::session(std::unique_ptr<state> open) : state_(std::move(open)) {
    if (server_version() < kOldestServer) {
        throw error(error_code::wrong_component,
                    fmt::format("server version {} is too old", server_version() / 10000),
                    "Chronos works with PostgreSQL 15 and later.",
                    "Upgrade the server, or connect to a newer one.");
    }
    const char* encoding = PQparameterStatus(state_->raw_, "server_encoding");
    execute(
        pinned_settings(server_version(), encoding && std::string_view(encoding) == "SQL_ASCII"));
}

session::session(const std::string& conninfo, std::string_view application,
                 std::string_view database)
    : session(std::make_unique<state>(conninfo, first_overrides(application, database))) {}

session::~session() = default;

std::unique_ptr<session> session::another(std::string_view database) const {
    auto chosen = reached_server(state_->raw_);
    if (!database.empty()) chosen["dbname"] = std::string(database);
    if (const char* name = PQparameterStatus(state_->raw_, "application_name")) {
        chosen["application_name"] = name;
    }
    return std::unique_ptr<session>(
        new session(std::make_unique<state>(state_->conninfo_, std::move(chosen))));
}

rows session::query(std::string_view sql, const std::vector<value>& parameters) {
    return state_->waiting_.is_listening()
               ? query_directly(state_->raw_, std::string(sql), parameters)
               : state_->bridge_.run(sql, parameters);
}

row session::query_one(std::string_view sql, const std::vector<value>& parameters) {
    auto result = query(sql, parameters);
    if (result.empty()) {
        throw error(error_code::internal, "a query returned no row", std::string(sql));
    }
    return std::move(result.front());
}

void session::execute(std::string_view script) { state_->bridge_.run(script, {}); }

void session::run(std::string_view statement, std::string_view copied) {
    internal::run_statement(state_->raw_, std::string(statement), copied);
}

std::int64_t session::copy_out(std::string_view sql, const copy_sink& sink) {
    return internal::copy_out(state_->raw_, std::string(sql), sink);
}

std::unique_ptr<copy_channel> session::copy_in(std::string_view sql) {
    return internal::copy_in(state_->raw_, std::string(sql));
}

void session::on_notice(std::function<void(const server_report&)> handler) {
    state_->notice_ = std::move(handler);
}

void session::listen(std::string_view channel) { state_->waiting_.listen(channel); }
void session::unlisten() { state_->waiting_.unlisten(); }
bool session::wait(std::chrono::milliseconds most) { return state_->waiting_.wait(most); }

void session::stop_waiting() noexcept { state_->waiting_.interrupt(); }

void session::cancel() noexcept {
    stop_waiting();
    std::array<char, 256> reason{};
    PQcancel(state_->cancel_, reason.data(), static_cast<int>(reason.size()));
}

int session::server_version() const { return PQserverVersion(state_->raw_); }
std::string session::database() const { return PQdb(state_->raw_); }
std::string session::user() const { return PQuser(state_->raw_); }
int session::backend_pid() const { return PQbackendPID(state_->raw_); }

std::map<std::string, std::string> session::environment() const {
    return environment_of(state_->raw_);
}

std::string session::database_of(const std::string& conninfo) { return named_database(conninfo); }

std::string session::conninfo_to(const std::string& conninfo, std::string_view database) {
    return conninfo_with(conninfo, "dbname", database);
}

std::string session::quote_name(std::string_view name) {
    std::string quoted = "\"";
    for (const char letter : name) {
        if (letter == '"') quoted += '"';
        quoted += letter;
    }
    return quoted + '"';
}

std::string session::quote_literal(std::string_view text) {
    std::string quoted = "'";
    for (const char letter : text) {
        if (letter == '\'') quoted += '\'';
        quoted += letter;
    }
    return quoted + '\'';
}

transaction::transaction(session& on, std::string_view begin) : session_(on) {
    session_.execute(begin);
}

transaction::~transaction() {
    if (!open_) return;
    try {
        session_.execute("ROLLBACK");
    } catch (const std::exception&) {
        // The connection is gone, and with it the transaction.
        open_ = false;
    }
}

void transaction::commit() {
    open_ = false;
    session_.execute("COMMIT");
}

}  // namespace chronos::internal
