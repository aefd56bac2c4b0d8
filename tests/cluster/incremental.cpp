#include "cluster/incremental.hpp"

#include <random>

#include "chronos/repository.hpp"
#include "core/snapshot_id.hpp"
#include "snapshot/page_source.hpp"

namespace chronos::test {
namespace {

using namespace internal;

timestamp now() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

manifest skeleton(session& holder, writing_session& into) {
    manifest of;
    // Ids have whole seconds; the newest has to be found.
    static int count = 0;
    char number[9];
    std::snprintf(number, sizeof number, "%08x", ++count);
    of.id = make_snapshot_id(now(), 0).substr(0, 17) + number;
    of.created_at = now();
    of.tool_version = "0.1.0";
    of.server = read_server(holder);
    of.database = read_database(holder);
    of.pre_data = of.post_data = of.restore_script = into.put_object("-- nothing");
    return of;
}

class copying {
  public:
    copying(const std::string& conninfo, const taking_options& options)
        : options_(options),
          holder_(conninfo, "chronos test"),
          source_(prepared(), std::chrono::steady_clock::now() + std::chrono::seconds(20), {}),
          outside_(holder_.another()) {}

    std::vector<table_data> rows(writing_session& into, const reuse_plan& plan, taken* done) {
        progress_meter meter({});
        auto how = options_.sizes;
        // What it is compared with comes by another way.
        how.portable = done == nullptr;
        exporter copy(source_, into, meter, plan, how);
        const auto worker = holder_.another();
        if (!options_.session.empty()) worker->execute(options_.session);
        source_.enter(*worker);
        if (done != nullptr && options_.before_copy) options_.before_copy();
        copy.run({worker.get()}, {});
        if (done != nullptr && options_.after_copy) options_.after_copy();
        copy.check_types(*outside_);
        for (const auto& one : copy.explanations()) {
            if (done == nullptr) break;
            done->ranges += one.ranges;
            done->reused_ranges += one.reused;
            if (one.reused > 0) done->reused.push_back(one.name);
            if (!one.reason.empty()) done->tables += one.name + ": " + one.reason + "; ";
        }
        return copy.results();
    }

    session& holder() { return holder_; }
    const frozen_source& source() { return source_; }

  private:
    session& prepared() {
        if (!options_.session.empty()) holder_.execute(options_.session);
        return holder_;
    }

    const taking_options& options_;
    session holder_;
    frozen_source source_;
    std::unique_ptr<session> outside_;
};

void compare(const std::vector<table_data>& incremental, const std::vector<table_data>& full,
             taken& result) {
    if (incremental.size() != full.size()) result.wrong.emplace_back("the number of tables");
    for (std::size_t i = 0; i < std::min(incremental.size(), full.size()); ++i) {
        if (incremental[i].rows != full[i].rows ||
            incremental[i].content_hash != full[i].content_hash) {
            result.wrong.push_back(full[i].name);
        }
    }
}

}  // namespace

proving_cluster::proving_cluster(const std::string& config)
    : cluster({},
              "fsync = on\nfull_page_writes = on\nmax_prepared_transactions = 10\n"
              "synchronous_commit = off\nrecovery_init_sync_method = syncfs\n" +
                  config) {}

std::string proving_cluster::create() {
    auto name = create_database();
    execute(name, "SET client_min_messages = warning; CREATE EXTENSION chronos");
    return name;
}

taken take_and_compare(const std::string& conninfo, const std::string& repository,
                       const taking_options& options) {
    taken result;
    copying copy(conninfo, options);
    writing_session into({repository});
    manifest snapshot = skeleton(copy.holder(), into);
    const reuse_plan plan(copy.source(), into, snapshot, reuse_mode::incremental, options.demanded);
    result.reason = plan.reason();
    snapshot.tables = copy.rows(into, plan, &result);
    compare(snapshot.tables, copy.rows(into, reuse_plan("everything is read"), nullptr), result);
    copy.holder().execute("COMMIT");
    if (!options.commit) return result;
    const auto marker = copy.holder().query_one("SELECT gen_random_uuid()").text(0);
    if (options.write_marker) write_marker(copy.holder(), marker);
    if (plan.is_recorded()) snapshot.incremental = incremental_info{1, marker, plan.base(), 0, 0};
    into.commit(snapshot);
    return result;
}

}  // namespace chronos::test
