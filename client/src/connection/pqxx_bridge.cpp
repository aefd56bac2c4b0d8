#include "connection/pqxx_bridge.hpp"

#include <libpq-fe.h>

#include <pqxx/pqxx>
#include <string>

#include "connection/server_error.hpp"

namespace chronos::internal {
namespace {

#if PQXX_VERSION_MAJOR < 7

// libpqxx 6 cannot be given an open connection, but it asks a policy for one. It would also
// reconnect in silence, without the session's settings: the policy gives a connection only once.
class given_connection : public pqxx::connectionpolicy {
  public:
    explicit given_connection(const std::string& options)
        : connectionpolicy(options), connection_(std::exchange(offered, nullptr)) {}

    handle do_startconnect(handle present) override { return present ? present : take(); }
    handle do_completeconnect(handle present) override { return present ? present : take(); }

    static thread_local handle offered;

  private:
    handle take() {
        if (connection_ == nullptr) throw pqxx::broken_connection("connection to server was lost");
        return std::exchange(connection_, nullptr);
    }
    handle connection_;
};

thread_local given_connection::handle given_connection::offered = nullptr;

struct adopted {
    explicit adopted(PGconn* connection)
        : connection_([connection] {
              given_connection::offered = connection;
              return std::string();
          }()) {}
    pqxx::basic_connection_base<given_connection> connection_;
};

pqxx::result exec(pqxx::nontransaction& work, const std::string& sql,
                  const std::vector<value>& parameters) {
    std::vector<const char*> list;
    for (const auto& item : parameters) list.push_back(item ? item->c_str() : nullptr);
    return work.exec_params(sql, pqxx::prepare::make_dynamic_params(list));
}

#else

struct adopted {
    explicit adopted(PGconn* connection)
        : connection_(pqxx::connection::seize_raw_connection(connection)) {}
    pqxx::connection connection_;
};

pqxx::result exec(pqxx::nontransaction& work, const std::string& sql,
                  const std::vector<value>& parameters) {
    pqxx::params list;
    for (const auto& item : parameters) {
        if (item) {
            list.append(*item);
        } else {
            list.append();
        }
    }
    return work.exec(sql, list);
}

#endif

rows copy_rows(const pqxx::result& result) {
    rows copied;
    const auto columns = result.columns();
    copied.reserve(static_cast<std::size_t>(result.size()));
    for (decltype(result.size()) line = 0; line < result.size(); ++line) {
        std::vector<value> values;
        values.reserve(static_cast<std::size_t>(columns));
        for (decltype(result.columns()) column = 0; column < columns; ++column) {
            const auto field = result[line][column];
            if (field.is_null()) {
                values.emplace_back();
            } else {
                values.emplace_back(field.template as<std::string>());
            }
        }
        copied.emplace_back(std::move(values));
    }
    return copied;
}

}  // namespace

struct pqxx_bridge::state : adopted {
    using adopted::adopted;
};

pqxx_bridge::pqxx_bridge(pg_conn* connection) : state_(std::make_unique<state>(connection)) {}
pqxx_bridge::~pqxx_bridge() = default;

rows pqxx_bridge::run(std::string_view sql, const std::vector<value>& parameters) {
    try {
        pqxx::nontransaction work(state_->connection_);
        const std::string text(sql);
        return copy_rows(parameters.empty() ? work.exec(text) : exec(work, text, parameters));
    } catch (const pqxx::sql_error& failure) {
        auto report = parse_report(failure.what());
        if (report.sqlstate.empty()) report.sqlstate = std::string(failure.sqlstate());
        throw make_error(report);
    } catch (const pqxx::broken_connection& failure) {
        throw server_error(error_code::connection, "connection to server was lost", failure.what(),
                           "See the server's log for the reason.", "08006");
#if PQXX_VERSION_MAJOR < 7
    } catch (const pqxx::transaction_rollback& failure) {
        // Serialization failures and deadlocks, which are no sql_error there.
        auto report = parse_report(failure.what());
        const bool deadlock = dynamic_cast<const pqxx::deadlock_detected*>(&failure) != nullptr;
        if (report.sqlstate.empty()) report.sqlstate = deadlock ? "40P01" : "40001";
        throw make_error(report);
#endif
    }
}

}  // namespace chronos::internal
