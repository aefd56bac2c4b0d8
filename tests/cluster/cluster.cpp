#include "cluster/cluster.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace chronos::test {
namespace {

std::string server_programs() {
    const char* directory = std::getenv("CHRONOS_PGBIN");
    if (directory == nullptr) throw std::runtime_error("CHRONOS_PGBIN is not set: use make check");
    return directory;
}

std::string output_of(const std::string& command) {
    std::string output;
    FILE* pipe = popen((command + " 2>&1").c_str(), "r");
    std::array<char, 4096> buffer{};
    std::size_t size = 0;
    while ((size = fread(buffer.data(), 1, buffer.size(), pipe)) > 0) {
        output.append(buffer.data(), size);
    }
    if (const int status = pclose(pipe); status != 0) {
        throw std::runtime_error("failed: " + command + "\n" + output);
    }
    return output;
}

std::string new_directory() {
    const char* base = std::getenv("TMPDIR");
    std::string name = std::string(base == nullptr ? "/tmp" : base) + "/cl.XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot create " + name);
    return name;
}

// Ends the shared server after the last test and shows the log of a run that failed.
class keeper : public testing::Environment {
  public:
    std::unique_ptr<cluster> server;
    void TearDown() override {
        if (!server) return;
        const auto log = server->log();
        if (testing::UnitTest::GetInstance()->Failed()) {
            std::fprintf(stderr, "---- end of the server's log\n%s\n",
                         log.substr(log.size() - std::min<std::size_t>(log.size(), 6000)).c_str());
        }
        EXPECT_EQ(log.find("was terminated by signal"), std::string::npos) << "a backend crashed";
        server.reset();
    }
};

auto* const kKeeper = static_cast<keeper*>(testing::AddGlobalTestEnvironment(new keeper));

int start_server(const std::string& bin, const std::string& directory) {
    const int pid = fork();
    if (pid != 0) return pid;
    prctl(PR_SET_PDEATHSIG, SIGINT);
    const int log = open((directory + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(log, 1);
    dup2(log, 2);
    execl((bin + "/postgres").c_str(), "postgres", "-D", (directory + "/data").c_str(), nullptr);
    _exit(127);
}

}  // namespace

cluster& cluster::shared() {
    if (!kKeeper->server) kKeeper->server = std::make_unique<cluster>();
    return *kKeeper->server;
}

cluster::cluster(const std::vector<std::string>& initdb, const std::string& config)
    : directory_(new_directory()), bin_(server_programs()), port_(20000 + getpid() % 20000) {
    std::string arguments;
    for (const auto& argument : initdb) arguments += " " + argument;
    output_of(bin_ + "/initdb -N -A trust -U postgres --no-locale -E UTF8 -D " + directory_ +
              "/data" + arguments);
    std::ofstream(directory_ + "/data/postgresql.conf", std::ios::app)
        << "listen_addresses = ''\nunix_socket_directories = '" << directory_
        << "'\nport = " << port_
        << "\nfsync = off\nmax_connections = 40\nlog_line_prefix = '%m [%p] %a '\n"
        << "shared_buffers = 64MB\nmax_wal_size = 2GB\n"
        << config << "\n";
    start();
}

void cluster::start() {
    pid_ = start_server(bin_, directory_);
    for (int attempt = 0;; ++attempt) {
        try {
            internal::session probe(conninfo());
            return;
        } catch (const error&) {
            if (attempt > 1200) throw std::runtime_error("no server: " + log());
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
    }
}

void cluster::crash() {
    kill(pid_, SIGQUIT);
    waitpid(pid_, nullptr, 0);
    start();
}

cluster::~cluster() {
    if (pid_ > 0) {
        kill(pid_, SIGINT);
        waitpid(pid_, nullptr, 0);
    }
    std::filesystem::remove_all(directory_);
}

std::string cluster::conninfo(const std::string& database, const std::string& user) const {
    return "host=" + directory_ + " port=" + std::to_string(port_) + " user=" + user +
           " dbname=" + database;
}

std::string cluster::create_database(const std::string& options) {
    const auto name = "db" + std::to_string(++databases_);
    execute("postgres", "CREATE DATABASE " + name + " TEMPLATE template0 " + options);
    return name;
}

void cluster::execute(const std::string& database, const std::string& sql) {
    internal::session on(conninfo(database));
    on.execute("SET search_path = public");
    on.execute(sql);
}

std::string cluster::ask(const std::string& database, const std::string& sql) {
    internal::session on(conninfo(database));
    on.execute("SET search_path = public");
    return on.query_one(sql).text(0);
}

void cluster::set_hba(const std::string& lines) {
    std::ofstream(directory_ + "/data/pg_hba.conf") << lines;
    kill(pid_, SIGHUP);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
}

std::string cluster::run(const std::string& program, const std::string& arguments,
                         const std::string& database) {
    return output_of(bin_ + "/" + program + " -d '" + conninfo(database) + "' " + arguments);
}

std::string cluster::log() const {
    std::ostringstream text;
    text << std::ifstream(directory_ + "/log").rdbuf();
    return text.str();
}

scratch::scratch() : path_(new_directory()) {}
scratch::~scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}
std::string scratch::path(const std::string& name) const {
    return name.empty() ? path_ : path_ + "/" + name;
}

std::string odd_schema() {
    const char* stage = std::getenv("CHRONOS_STAGE");
    std::ostringstream text;
    text << std::ifstream(std::string(stage == nullptr ? "" : stage) +
                          "/tests/tests/cluster/odd_schema.sql")
                .rdbuf();
    return text.str();
}

}  // namespace chronos::test
