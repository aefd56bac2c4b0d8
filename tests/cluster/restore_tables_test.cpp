// Single tables, restored into a database that is in use.
#include "cluster/repository_fixture.hpp"

namespace chronos::test {
namespace {

using restoring_tables = restoring;

TEST_F(restoring_tables, one_table_comes_back_into_a_database_that_is_in_use) {
    server_.execute(source_, odd_schema());
    snapshot();
    const auto table =
        "Schema with \"quotes\" and ünïcode.Täble 'of' \"63\" "
        "bytes.......................................";
    server_.execute(
        source_,
        "ALTER TABLE serial_table RENAME TO kept_aside; ALTER SEQUENCE serial_table_id_seq"
        " RENAME TO kept_aside_seq; ALTER INDEX serial_table_pkey RENAME TO aside;"
        "DROP SCHEMA \"Schema with \"\"quotes\"\" and ünïcode\" CASCADE;"
        "DROP INDEX twice_index; DROP STATISTICS some_statistics;"
        "DROP TABLE every_type");
    auto options = into(source_);
    options.tables = {"serial_table", table, "public.every_type"};
    options.compare = true;
    const auto restored = restore_snapshot(options);
    EXPECT_EQ(restored.tables, 3U);
    EXPECT_TRUE(restored.warnings.empty()) << restored.warnings.front();
    EXPECT_EQ(server_.ask(source_, "SELECT count(*) FROM serial_table"), "1000");
    EXPECT_EQ(server_.ask(source_, "SELECT nextval('serial_table_id_seq')"), "1001");
    EXPECT_EQ(
        server_.ask(source_, "SELECT count(*) FROM pg_indexes WHERE tablename = 'serial_table'"),
        "2");
    EXPECT_EQ(error_of([&] { (void)restore_snapshot(options); }).code(), error_code::refused);
    options.tables = {"no such table"};
    EXPECT_EQ(error_of([&] { (void)restore_snapshot(options); }).code(), error_code::not_found);
}

TEST_F(restoring_tables, rights_come_after_row_security) {
    server_.execute(source_,
                    "CREATE TABLE secrets (id int PRIMARY KEY);"
                    "INSERT INTO secrets VALUES (1);"
                    "ALTER TABLE secrets ENABLE ROW LEVEL SECURITY;"
                    "CREATE POLICY none ON secrets USING (false);"
                    "GRANT SELECT ON secrets TO PUBLIC");
    snapshot();
    server_.execute(source_,
                    "DROP TABLE secrets; CREATE TABLE seen (nr serial, tag text);"
                    "CREATE FUNCTION see() RETURNS event_trigger LANGUAGE plpgsql"
                    " AS 'BEGIN INSERT INTO public.seen (tag) VALUES (tg_tag); END';"
                    "CREATE EVENT TRIGGER seeing ON ddl_command_end EXECUTE FUNCTION see()");
    auto options = into(source_);
    options.tables = {"secrets"};
    options.jobs = 2;
    (void)restore_snapshot(options);
    EXPECT_EQ(server_.ask(source_,
                          "SELECT max(nr) FILTER (WHERE tag = 'CREATE POLICY') <"
                          " min(nr) FILTER (WHERE tag = 'GRANT') FROM seen"),
              "t");
}

TEST_F(restoring_tables, a_dot_in_a_name_is_not_the_one_between_schema_and_table) {
    server_.execute(
        source_,
        "CREATE SCHEMA a; CREATE SCHEMA \"a.b\";"
        "CREATE TABLE a.\"b.c\" (i serial PRIMARY KEY); INSERT INTO a.\"b.c\" VALUES (1);"
        "CREATE TABLE \"a.b\".c (i serial PRIMARY KEY);"
        "INSERT INTO \"a.b\".c VALUES (2), (3)");
    snapshot();
    server_.execute(source_, "DROP TABLE a.\"b.c\", \"a.b\".c");
    auto options = into(source_);
    options.tables = {"a.b.c"};
    EXPECT_EQ(error_of([&] { (void)restore_snapshot(options); }).code(), error_code::usage);
    options.tables = {"\"a.b\".\"c\""};
    options.jobs = 1;
    EXPECT_EQ(restore_snapshot(options).rows, 2U);
    EXPECT_EQ(server_.ask(source_, "SELECT count(*) FROM \"a.b\".c"), "2");
    EXPECT_EQ(server_.ask(source_, "SELECT to_regclass('a.\"b.c\"') IS NULL"), "t");
    options.tables = {"\"a\".\"b.c\""};
    EXPECT_EQ(restore_snapshot(options).rows, 1U);
}

TEST_F(restoring_tables, a_partitioned_table_brings_its_partitions) {
    server_.execute(
        source_,
        "CREATE TABLE measured (day int PRIMARY KEY, value int) PARTITION BY RANGE (day);"
        "CREATE TABLE low PARTITION OF measured FOR VALUES FROM (0) TO (10)"
        " PARTITION BY LIST (day);"
        "CREATE TABLE low_1 PARTITION OF low DEFAULT;"
        "CREATE TABLE high PARTITION OF measured FOR VALUES FROM (10) TO (20);"
        "CREATE UNLOGGED TABLE loose PARTITION OF measured FOR VALUES FROM (20) TO (30);"
        "CREATE INDEX values_of ON measured (value);"
        "INSERT INTO measured SELECT i, i FROM generate_series(0, 19) i");
    snapshot();
    auto options = into(source_);
    options.tables = {"measured"};
    options.compare = true;
    EXPECT_EQ(error_of([&] { (void)restore_snapshot(options); }).code(), error_code::refused);
    server_.execute(source_, "DROP TABLE measured");
    const auto restored = restore_snapshot(options);
    EXPECT_TRUE(restored.warnings.empty()) << restored.warnings.front();
    EXPECT_EQ(server_.ask(source_, "SELECT count(*) FROM measured"), "20");
    EXPECT_EQ(server_.ask(source_, "SELECT count(*) FROM low_1"), "10");
    EXPECT_EQ(server_.ask(source_,
                          "SELECT string_agg(relid::text, ' ' ORDER BY relid::text)"
                          " FROM pg_partition_tree('values_of')"),
              "high_value_idx loose_value_idx low_1_value_idx low_value_idx values_of");
    EXPECT_EQ(
        server_.ask(source_, "SELECT bool_and(indisvalid) FROM pg_index WHERE indrelid >= 16384"),
        "t");
    server_.execute(source_, "ALTER TABLE measured RENAME TO aside");
    EXPECT_EQ(error_of([&] { (void)restore_snapshot(options); }).code(), error_code::refused);
}

TEST_F(restoring_tables, a_partitioned_table_that_is_in_two_schemas_is_named_with_its_schema) {
    server_.execute(source_,
                    "CREATE TABLE measured (day int) PARTITION BY RANGE (day); CREATE SCHEMA other;"
                    "CREATE TABLE other.measured (day int) PARTITION BY RANGE (day);"
                    "CREATE TABLE high PARTITION OF other.measured DEFAULT;"
                    "INSERT INTO other.measured VALUES (7)");
    snapshot();
    server_.execute(source_, "DROP TABLE measured; DROP SCHEMA other CASCADE");
    auto options = into(source_);
    options.tables = {"measured"};
    EXPECT_EQ(error_of([&] { (void)restore_snapshot(options); }).code(), error_code::usage);
    options.tables = {"other.measured"};
    (void)restore_snapshot(options);
    EXPECT_EQ(server_.ask(source_, "SELECT day FROM other.measured"), "7");
    EXPECT_EQ(server_.ask(source_, "SELECT to_regclass('measured') IS NULL"), "t");
}

}  // namespace
}  // namespace chronos::test
