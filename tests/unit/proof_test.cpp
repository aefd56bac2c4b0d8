#include "snapshot/proof.hpp"

#include <gtest/gtest.h>

namespace chronos::internal {
namespace {

manifest snapshot() {
    manifest of;
    of.server = {150020, "15.20", "7300000000000000001"};
    of.database.oid = 5;
    of.incremental =
        incremental_info{kProofVersion, "6f1c7d4e-0000-4000-8000-000000000001", "", 0, 0};
    return of;
}

table_data table() {
    table_data of;
    of.columns = {"id", "name"};
    of.facts = table_facts{16400, "base/5/16400", std::string(64, 'a'), {}};
    return of;
}

const range_facts kRange{0, std::nullopt, 4, "1/A0", true, 1, std::string(32, 'f')};
const page_facts kPages{false, 4, "1/A0", "1/20"};

}  // namespace

TEST(proof, a_snapshot_of_the_same_database_is_a_base) {
    EXPECT_EQ(why_no_base(snapshot(), snapshot()), "");
}

TEST(proof, a_snapshot_of_another_history_is_none) {
    const auto now = snapshot();
    auto base = snapshot();
    base.incremental.reset();
    EXPECT_EQ(why_no_base(base, now), "it has no marker");
    base = snapshot();
    base.incremental->marker.clear();
    EXPECT_EQ(why_no_base(base, now), "it has no marker");
    base = snapshot();
    base.incremental->proof = kProofVersion + 1;
    EXPECT_EQ(why_no_base(base, now), "another version of chronos took it");
    base = snapshot();
    base.server.system_identifier = "7300000000000000002";
    EXPECT_EQ(why_no_base(base, now), "it is of another server");
    base = snapshot();
    base.database.oid = 6;
    EXPECT_EQ(why_no_base(base, now), "it is of another database");
    base = snapshot();
    base.server.version_num = 150021;
    EXPECT_EQ(why_no_base(base, now), "the server was updated");
}

TEST(proof, a_server_that_is_not_known_is_never_the_same) {
    auto unknown = snapshot();
    unknown.server.system_identifier.clear();
    EXPECT_EQ(why_no_base(unknown, unknown), "it is of another server");
}

TEST(proof, a_table_is_the_same_by_oid_file_and_signature) {
    EXPECT_EQ(why_other_table(table(), table(), {}), "");
    auto base = table();
    base.facts.reset();
    EXPECT_EQ(why_other_table(base, table(), {}), "it is not in the earlier snapshot");
    base = table();
    base.facts->oid = 16401;
    EXPECT_EQ(why_other_table(base, table(), {}), "it is not in the earlier snapshot");
    base = table();
    base.facts->file_path = "base/5/16402";
    EXPECT_EQ(why_other_table(base, table(), {}), "it was rewritten");
    base = table();
    base.facts->signature[0] = 'b';
    EXPECT_EQ(why_other_table(base, table(), {}), "its columns or their types have changed");
    base = table();
    base.format = copy_format::text;
    EXPECT_EQ(why_other_table(base, table(), {}), "it is copied in another form");
    base = table();
    base.columns = {"name", "id"};
    EXPECT_EQ(why_other_table(base, table(), {}), "it is copied in another form");
}

TEST(proof, a_range_is_the_same_by_pages_and_newest_lsn) {
    EXPECT_EQ(why_changed(kRange, kPages, {}), "");
    auto base = kRange;
    base.is_settled = false;
    EXPECT_EQ(why_changed(base, kPages, {}), "transactions were open when it was copied before");
    auto now = kPages;
    now.pages = 5;
    EXPECT_EQ(why_changed(kRange, now, {}), "it grew or shrank");
    now = kPages;
    now.newest_lsn = "1/B0";
    EXPECT_EQ(why_changed(kRange, now, {}), "it has changed");
    // An older state of the storage.
    now.newest_lsn = "1/90";
    EXPECT_EQ(why_changed(kRange, now, {}), "it has changed");
}

TEST(proof, pages_without_an_lsn_prove_nothing) {
    auto now = kPages;
    for (const char* none : {"0/0", "0/00000000", ""}) {
        now.oldest_lsn = none;
        EXPECT_EQ(why_changed(kRange, now, {}), "some of its pages have no LSN");
    }
    const range_facts unknown{0, std::nullopt, 0, "", true, 0, std::string(32, '0')};
    EXPECT_EQ(why_changed(unknown, {}, {}), "some of its pages have no LSN");
}

}  // namespace chronos::internal
