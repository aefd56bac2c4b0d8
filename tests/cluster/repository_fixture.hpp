// What the tests of snapshots and of restoring share.
#pragma once

#include <string>

#include "chronos/repository.hpp"
#include "chronos/restore.hpp"
#include "chronos/snapshot.hpp"
#include "cluster/cluster.hpp"

namespace chronos::test {

// A database, and an empty repository.
class with_repository : public testing::Test {
  protected:
    cluster& server_ = cluster::shared();
    std::string source_ = server_.create_database();
    scratch place_;
    std::string url_ = place_.path("repository");

    void SetUp() override { repository::init(url_); }
};

class restoring : public with_repository {
  protected:
    snapshot_result snapshot() {
        snapshot_options options;
        options.repositories = {url_};
        return take_snapshot(server_.conninfo(source_), options);
    }

    restore_options into(const std::string& database) {
        restore_options options;
        options.repository = url_;
        options.target = server_.conninfo(database);
        return options;
    }
};

}  // namespace chronos::test
