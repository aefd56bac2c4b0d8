#include "connection/copy.hpp"

#include <cstdlib>

namespace chronos::internal {
namespace {

using result_ptr = std::unique_ptr<PGresult, decltype(&PQclear)>;
using buffer_ptr = std::unique_ptr<char, decltype(&PQfreemem)>;

constexpr std::size_t kChunk = 1024 * 1024;

result_ptr next_result(PGconn* connection) { return {PQgetResult(connection), &PQclear}; }

void start(PGconn* connection, const std::string& sql, ExecStatusType expected) {
    const result_ptr result(PQexec(connection, sql.c_str()), &PQclear);
    if (PQresultStatus(result.get()) != expected) throw error_of(connection, result.get());
}

// Reads up to the end of the command; returns the number of rows of its tag.
std::int64_t end_of_copy(PGconn* connection) {
    std::int64_t count = 0;
    std::unique_ptr<server_error> failure;
    for (;;) {
        const auto result = next_result(connection);
        if (!result) break;
        if (PQresultStatus(result.get()) == PGRES_COMMAND_OK) {
            count = std::atoll(PQcmdTuples(result.get()));
        } else if (!failure) {
            failure = std::make_unique<server_error>(error_of(connection, result.get()));
        }
        if (PQstatus(connection) == CONNECTION_BAD) break;
    }
    if (failure) throw *failure;
    return count;
}

class copy_writer : public copy_channel {
  public:
    explicit copy_writer(PGconn* connection) : connection_(connection) {}

    ~copy_writer() override {
        if (!open_) return;
        PQputCopyEnd(connection_, "the client gave up");
        while (const auto result = next_result(connection_)) {
            if (PQstatus(connection_) == CONNECTION_BAD) break;
        }
    }

    void write(std::string_view bytes) override {
        while (!bytes.empty()) {
            const auto part = bytes.substr(0, kChunk);
            if (PQputCopyData(connection_, part.data(), static_cast<int>(part.size())) != 1) {
                throw error_of(connection_, nullptr);
            }
            bytes.remove_prefix(part.size());
        }
    }

    std::int64_t finish() override {
        open_ = false;
        if (PQputCopyEnd(connection_, nullptr) != 1) throw error_of(connection_, nullptr);
        return end_of_copy(connection_);
    }

  private:
    PGconn* connection_;
    bool open_ = true;
};

}  // namespace

server_error error_of(PGconn* connection, const PGresult* result) {
    const auto field = [&](int code) {
        const char* text = result == nullptr ? nullptr : PQresultErrorField(result, code);
        return text == nullptr ? std::string() : std::string(text);
    };
    server_report report{
        field(PG_DIAG_SEVERITY_NONLOCALIZED),
        field(PG_DIAG_SQLSTATE),
        field(PG_DIAG_MESSAGE_PRIMARY),
        field(PG_DIAG_MESSAGE_DETAIL),
        field(PG_DIAG_MESSAGE_HINT),
        static_cast<std::size_t>(std::atoll(field(PG_DIAG_STATEMENT_POSITION).c_str())),
        field(PG_DIAG_CONTEXT)};
    if (report.message.empty()) {
        report = parse_report(PQerrorMessage(connection));
        if (PQstatus(connection) == CONNECTION_BAD) report.sqlstate = "08006";
    }
    return make_error(report);
}

std::int64_t copy_out(PGconn* connection, const std::string& sql, const session::copy_sink& sink) {
    start(connection, sql, PGRES_COPY_OUT);
    for (;;) {
        char* bytes = nullptr;
        const int size = PQgetCopyData(connection, &bytes, 0);
        if (size == -1) return end_of_copy(connection);
        if (size < 0) throw error_of(connection, nullptr);
        const buffer_ptr owned(bytes, &PQfreemem);
        sink({bytes, static_cast<std::size_t>(size)});
    }
}

void run_statement(PGconn* connection, const std::string& sql, std::string_view copied) {
    const result_ptr result(PQexec(connection, sql.c_str()), &PQclear);
    switch (PQresultStatus(result.get())) {
        case PGRES_COPY_IN: {
            copy_writer writer(connection);
            writer.write(copied);
            (void)writer.finish();
            return;
        }
        case PGRES_COPY_OUT:
            for (char* bytes = nullptr; PQgetCopyData(connection, &bytes, 0) > 0;) PQfreemem(bytes);
            (void)end_of_copy(connection);
            return;
        case PGRES_COMMAND_OK:
        case PGRES_TUPLES_OK:
        case PGRES_EMPTY_QUERY:
            return;
        default:
            throw error_of(connection, result.get());
    }
}

std::unique_ptr<copy_channel> copy_in(PGconn* connection, const std::string& sql) {
    start(connection, sql, PGRES_COPY_IN);
    return std::make_unique<copy_writer>(connection);
}

}  // namespace chronos::internal
