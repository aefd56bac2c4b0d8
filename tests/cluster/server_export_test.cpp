// What the server makes of rows is, byte for byte, what COPY makes of them.
#include <gmock/gmock.h>

#include <fstream>
#include <random>
#include <stdexcept>
#include <thread>

#include "chronos/repository.hpp"
#include "chronos/restore.hpp"
#include "chronos/snapshot.hpp"
#include "cluster/cluster.hpp"
#include "snapshot/exporter.hpp"
#include "snapshot/piece_builder.hpp"
#include "snapshot/server_export.hpp"

namespace chronos::test {
namespace {

using namespace internal;

class exporting_in_the_server : public testing::Test {
  protected:
    cluster& server_ = cluster::shared();
    std::string source_ = server_.create_database();
    void SetUp() override {
        execute("SET client_min_messages = warning; CREATE EXTENSION chronos");
    }
    void execute(const std::string& sql) { server_.execute(source_, sql); }

    // The names of objects are hashes of their plain bytes.
    struct made {
        std::vector<std::string> pieces;
        std::string hash;
        friend bool operator==(const made&, const made&) = default;
    };

    static std::string describe(const object_ref& object, std::uint64_t rows) {
        return object.name + " " + std::to_string(object.plain_bytes) + " " + std::to_string(rows);
    }

    static made copied(session& on, const source_table& table, const block_range& range) {
        piece_builder builder(table.format,
                              [](std::string_view plain) { return pack_object(plain).ref; });
        on.copy_out(export_statement(table, range),
                    [&](std::string_view message) { builder.add_message(message); });
        builder.finish();
        made result{{}, builder.hash().hex()};
        for (const auto& piece : builder.pieces()) {
            result.pieces.push_back(describe(piece.object, piece.rows));
        }
        return result;
    }

    static made packed(session& on, const source_table& table, const block_range& range) {
        made result;
        content_hash hash;
        const auto end = export_in_server(on, table, range, [&](const packed_piece& piece) {
            result.pieces.push_back(describe(piece.object.ref, piece.rows));
            hash.add(piece.hash);
            EXPECT_TRUE(is_genuine(piece));
        });
        if (end != export_end::whole) result.pieces.emplace_back("and the rest has to be copied");
        result.hash = hash.hex();
        return result;
    }

    // Of every table that the server exports, whole and in part; returns their number.
    int expect_same_pieces() {
        session on(server_.conninfo(source_));
        auto tables = list_tables(on);
        describe_tables(on, tables);
        const auto able = exported_by_server(on, tables);
        const transaction reading(on, "BEGIN ISOLATION LEVEL REPEATABLE READ");
        int count = 0;
        for (std::size_t i = 0; i < tables.size(); ++i) {
            if (!able[i]) continue;
            ++count;
            block_range first;
            first.last = 3;
            block_range rest;
            rest.first = 3;
            for (const auto& range : {whole(), first, rest}) {
                EXPECT_EQ(packed(on, tables[i], range), copied(on, tables[i], range))
                    << tables[i].name << " from " << range.first;
            }
        }
        return count;
    }

    static source_table table(session& on, const std::string& name) {
        auto tables = list_tables(on);
        describe_tables(on, tables);
        for (const auto& each : tables) {
            if (each.schema == "public" && each.name == name) return each;
        }
        throw std::runtime_error("no table " + name);
    }

    static block_range whole() {
        block_range all;
        all.whole = true;
        return all;
    }

    // Bytes that the process has had at once.
    static std::uint64_t most_memory_of(int pid) {
        std::ifstream status("/proc/" + std::to_string(pid) + "/status");
        for (std::string line; std::getline(status, line);) {
            if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1024;
        }
        throw std::runtime_error("the backend has no status");
    }

    std::vector<std::string> left_to_copy() {
        session on(server_.conninfo(source_));
        on.execute("SET row_security = off");
        auto tables = list_tables(on);
        describe_tables(on, tables);
        const auto able = exported_by_server(on, tables);
        std::vector<std::string> result;
        for (std::size_t i = 0; i < tables.size(); ++i) {
            if (!able[i] && tables[i].schema == "public") result.push_back(tables[i].name);
        }
        return result;
    }
};

TEST_F(exporting_in_the_server, odd_tables_are_the_same_bytes) {
    execute(odd_schema());
    execute(
        "CREATE TABLE odd_numbers AS SELECT n::numeric FROM unnest('{0,-0,0.0,0.000,1,-1,10000,"
        "-10000,99999999,0.0001,-0.00012345,1e-16383,1e131071,123456789012345678901234567890.123,"
        "NaN,Infinity,-Infinity}'::text[]) n;"
        "INSERT INTO odd_numbers SELECT i * 10::numeric ^ (i % 40 - 20) FROM generate_series(-500, "
        "500) i;"
        "ALTER TABLE odd_numbers ADD p numeric(12, 4) DEFAULT 'NaN', ADD k numeric(5, -2);"
        "UPDATE odd_numbers SET p = 1.5, k = 12345 WHERE n = 1;"
        "CREATE TABLE odd_documents (j jsonb);"
        "INSERT INTO odd_documents SELECT to_jsonb(n) FROM odd_numbers WHERE n::text !~ '[NI]';"
        "INSERT INTO odd_documents VALUES ('1'), ('\"x\"'), ('null'), ('true'), ('{}'), ('[]'), "
        "('[[],{},[[]]]'), ('{\"\": {\"a\\u0001\\n\\t\\b\\f\\r\\\"\\\\\": \"ü€😀\\u007f\"}}'), "
        "(NULL);"
        "INSERT INTO odd_documents SELECT jsonb_object_agg(repeat(i::text, 1 + i % 30), "
        "jsonb_build_array(i, NULL, i % 2 = 0, repeat('y', i))) FROM generate_series(1, 500) i;"
        "CREATE TABLE odd_storage (a text, b text, c bytea, d jsonb, e numeric);"
        "ALTER TABLE odd_storage ALTER a SET COMPRESSION pglz, ALTER b SET STORAGE EXTERNAL, "
        "ALTER c SET STORAGE PLAIN;"
        "INSERT INTO odd_storage SELECT repeat(md5(i::text), i * 40), repeat('b', i * 100), "
        "decode(md5(i::text), 'hex'), jsonb_build_object('v', repeat(md5(i::text), i * 30)), "
        "repeat('7', i * 50)::numeric FROM generate_series(1, 200) i");
    EXPECT_GT(expect_same_pieces(), 20);
    EXPECT_THAT(left_to_copy(), testing::UnorderedElementsAre("text_only", "measured", "by_mood"));
}

TEST_F(exporting_in_the_server, random_documents_and_numbers_are_the_same_bytes) {
    const auto* const chosen = std::getenv("CHRONOS_SEED");
    const auto seed =
        chosen != nullptr ? std::strtoul(chosen, nullptr, 10) : std::random_device{}();
    std::cout << "CHRONOS_SEED=" << seed << std::endl;
    execute(
        "CREATE FUNCTION document(depth int) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN\n"
        "  RETURN CASE WHEN depth = 0 OR random() < 0.3 THEN\n"
        "    CASE (random() * 5)::int WHEN 0 THEN 'null' WHEN 1 THEN to_jsonb(random() < 0.5)\n"
        "      WHEN 2 THEN to_jsonb(((random() - 0.5) * 10 ^ (random() * 30 - 10))::numeric)\n"
        "      WHEN 3 THEN to_jsonb((random() * 1e6)::int)\n"
        "      ELSE to_jsonb((SELECT string_agg(chr(1 + (random() * 700)::int), '')\n"
        "                     FROM generate_series(1, (random() * 40)::int))) END\n"
        "    WHEN random() < 0.5 THEN (SELECT coalesce(jsonb_agg(document(depth - 1)), '[]')\n"
        "                              FROM generate_series(1, (random() * 6)::int))\n"
        "    ELSE (SELECT coalesce(jsonb_object_agg(md5(random()::text), document(depth - 1)), "
        "'{}')\n          FROM generate_series(1, (random() * 6)::int)) END;\n"
        "END $$");
    execute("SELECT setseed(" + std::to_string(double(seed % 1000000) / 1000000) +
            ");"
            "CREATE TABLE documents AS SELECT i, document(4) AS j, "
            "((random() - 0.5) * 10::numeric ^ (random() * 60 - 30)::int)::numeric AS n, "
            "round(random()::numeric * 1e9, (random() * 12)::int) AS m, random() AS f, "
            "CASE WHEN random() < 0.3 THEN NULL ELSE repeat('ä', (random() * 50)::int) END AS t "
            "FROM generate_series(1, 4000) i; DELETE FROM documents WHERE i % 7 = 0");
    EXPECT_GT(expect_same_pieces(), 0);
}

TEST_F(exporting_in_the_server, a_large_table_is_cut_into_the_same_pieces) {
    execute(
        "CREATE TABLE large AS SELECT i, md5(i::text) AS a, repeat(md5(i::text), 1 + i % 60) AS b "
        "FROM generate_series(1, 40000) i");
    EXPECT_GT(expect_same_pieces(), 0);
}

TEST_F(exporting_in_the_server, a_row_too_large_for_the_server_is_copied) {
    execute(
        "CREATE TABLE wide (i int, b text); ALTER TABLE wide ALTER b SET STORAGE EXTERNAL;"
        "INSERT INTO wide SELECT i, repeat(md5(i::text), 200000) FROM generate_series(1, 4) i;"
        "INSERT INTO wide VALUES (5, repeat('w', 80 << 20))");
    session on(server_.conninfo(source_));
    const transaction reading(on);
    EXPECT_EQ(export_in_server(on, table(on, "wide"), whole(), [](const packed_piece&) {}),
              export_end::too_wide);
    EXPECT_EQ(on.query_one("SELECT 1").number(0), 1) << "the transaction goes on";
    scratch place;
    snapshot_options options;
    options.repositories = {place.path("repository")};
    repository::init(options.repositories.front());
    (void)take_snapshot(server_.conninfo(source_), options);
    restore_options restore;
    restore.repository = options.repositories.front();
    restore.target = server_.conninfo("wide_again");
    restore.mode = restore_target::create;
    restore.compare = true;
    EXPECT_TRUE(restore_snapshot(restore).warnings.empty());
    const auto* const sum = "SELECT sum(length(b)) FROM wide";
    EXPECT_EQ(server_.ask("wide_again", sum), server_.ask(source_, sum));
}

TEST_F(exporting_in_the_server, it_asks_for_the_same_rights_as_copy) {
    execute(
        "CREATE TABLE secret (i int); INSERT INTO secret VALUES (1); CREATE ROLE exporter LOGIN;"
        "CREATE TABLE hidden (i int); INSERT INTO hidden VALUES (1); ALTER TABLE hidden ENABLE ROW "
        "LEVEL SECURITY; GRANT SELECT ON hidden TO exporter;"
        "CREATE TABLE partly (i int, k int, j int GENERATED ALWAYS AS (i) STORED); GRANT SELECT "
        "(i) ON "
        "partly TO exporter");
    session on(server_.conninfo(source_) + " user=exporter");
    const auto refused = [&](const std::string& table, const std::string& column) {
        try {
            on.query("SELECT chronos.export_range('public." + table + "', '{" + column +
                     "}', 0, NULL)");
        } catch (const server_error& failure) {
            return failure.sqlstate();
        }
        return std::string("nothing");
    };
    EXPECT_EQ(refused("secret", "i"), "42501");
    EXPECT_EQ(refused("partly", "i"), "nothing");
    EXPECT_EQ(refused("partly", "k"), "42501");
    EXPECT_EQ(refused("hidden", "i"), "0A000");
    execute("GRANT SELECT ON partly TO exporter");
    EXPECT_EQ(refused("partly", "j"), "42P10");
    EXPECT_EQ(refused("partly", "nowhere"), "42703");
    EXPECT_EQ(refused("partly", "ctid"), "42703");
    EXPECT_EQ(refused("partly", "i"), "nothing");
    on.execute("SET client_encoding = 'LATIN1'");
    EXPECT_EQ(refused("partly", "i"), "0A000");
    server_.execute(source_, "DROP OWNED BY exporter; DROP ROLE exporter");
}

// A few bytes that would be gigabytes of text.
TEST_F(exporting_in_the_server, a_document_that_prints_endlessly_does_not_fill_the_memory) {
    execute(
        "CREATE TABLE numbers AS SELECT jsonb_agg(1e131071) AS j FROM generate_series(1, 5000);"
        "CREATE TABLE escapes AS SELECT jsonb_build_object('k', repeat(E'\\x01', 15000000)) AS j");
    session on(server_.conninfo(source_));
    const transaction reading(on);
    for (const auto* name : {"numbers", "escapes"}) {
        EXPECT_EQ(export_in_server(on, table(on, name), whole(), [](const packed_piece&) {}),
                  export_end::too_wide)
            << name;
    }
    EXPECT_LT(most_memory_of(on.backend_pid()), 300U << 20);
}

// The scan counts the blocks of the table once; a table that grows behind it must not make it begin
// again.
TEST_F(exporting_in_the_server, a_table_that_grows_meanwhile_gives_each_row_once) {
    execute("CREATE TABLE growing AS SELECT i, repeat('x', 500) FROM generate_series(1, 300) i");
    session on(server_.conninfo(source_));
    const auto growing = table(on, "growing");
    const transaction reading(on, "BEGIN ISOLATION LEVEL REPEATABLE READ");
    const auto rows = on.query_one("SELECT count(*) FROM public.growing WHERE ctid >= '(5,0)'");
    on.execute("SET LOCAL chronos.fail_at = 'pieces.scan:pause'");
    std::thread other([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        execute("INSERT INTO growing SELECT i, repeat('y', 500) FROM generate_series(1, 300) i");
    });
    std::uint64_t count = 0;
    block_range rest;
    rest.first = 5;
    EXPECT_EQ(export_in_server(on, growing, rest,
                               [&](const packed_piece& piece) { count += piece.rows; }),
              export_end::whole);
    other.join();
    EXPECT_EQ(count, static_cast<std::uint64_t>(rows.number(0)));
}

// The name of an object is a promise to everybody who has the same repository.
TEST(exporting_on_another_machine, a_piece_under_a_wrong_name_is_refused) {
    cluster server({}, "listen_addresses = '127.0.0.1'\n");
    const auto source = server.create_database();
    server.execute(
        source,
        "SET client_min_messages = warning; CREATE EXTENSION chronos;"
        "CREATE TABLE t AS SELECT 1 AS i;"
        "CREATE OR REPLACE FUNCTION chronos.export_range(relation regclass, columns "
        "name[], first_block bigint, last_block bigint) RETURNS SETOF bytea LANGUAGE sql "
        "AS $$ SELECT decode(repeat('00', 7) || '01' || repeat('00', 7) || '05' || "
        "repeat('ab', 32) || repeat('00', 16), 'hex') || 'frame' $$");
    const auto tcp =
        "host=127.0.0.1 port=" + std::to_string(server.port()) + " user=postgres dbname=" + source;
    EXPECT_TRUE(is_remote(session(tcp)));
    EXPECT_FALSE(is_remote(session(server.conninfo(source))));
    scratch place;
    snapshot_options options;
    options.repositories = {place.path("repository")};
    repository::init(options.repositories.front());
    const auto failure = error_of([&] { (void)take_snapshot(tcp, options); });
    EXPECT_NE(std::string(failure.what()).find("under a wrong name"), std::string::npos)
        << failure.what();
    EXPECT_TRUE(repository::open(options.repositories.front()).snapshots().empty());
}

TEST(a_packed_piece, is_read_as_the_server_wrote_it) {
    std::string bytes(7, '\0');
    bytes += '\3';                           // rows
    bytes += std::string(6, '\0') + "\1\2";  // plain bytes
    bytes += std::string(32, '\xab');        // SHA-256
    bytes += std::string(15, '\0') + '\7';   // content hash
    EXPECT_THROW((void)read_packed_piece(bytes), error) << "without a frame";
    bytes += "frame";
    const auto piece = read_packed_piece(bytes);
    EXPECT_EQ(piece.rows, 3U);
    EXPECT_EQ(piece.object.ref.plain_bytes, 258U);
    EXPECT_EQ(piece.object.ref.stored_bytes, 5U);
    EXPECT_EQ(piece.object.stored, "frame");
    EXPECT_EQ(piece.object.ref.name.substr(0, 6), "ababab");
    EXPECT_TRUE(piece.hash.hex().ends_with("07"));
    EXPECT_FALSE(is_genuine(piece));
}

}  // namespace
}  // namespace chronos::test
