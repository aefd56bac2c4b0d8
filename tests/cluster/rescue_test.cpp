// restore.sh brings a snapshot back with nothing but sh, zstd, sha256sum and psql.
#include <fstream>
#include <sstream>

#include "chronos/repository.hpp"
#include "chronos/snapshot.hpp"
#include "cluster/cluster.hpp"
#include "repository/reading_session.hpp"

namespace chronos::test {
namespace {

constexpr const char* kOddSchema = R"SQL(
CREATE ROLE "rescue 'role" NOLOGIN;
CREATE SCHEMA "we""ird schéma 😀";
CREATE TABLE "we""ird schéma 😀"."tab
le 'x' \ $1 :a" ("a:b" int PRIMARY KEY, "ü""ö" text, "new
line" bytea, g int GENERATED ALWAYS AS ("a:b" * 2) STORED);
INSERT INTO "we""ird schéma 😀"."tab
le 'x' \ $1 :a" SELECT g, E'line\n\t\\.' || g, '\x00ff5c2e0a' FROM generate_series(1, 20000) g;
CREATE TABLE child (id int REFERENCES "we""ird schéma 😀"."tab
le 'x' \ $1 :a", note text);
INSERT INTO child SELECT g, repeat('ü', g) FROM generate_series(1, 100) g;
CREATE TABLE without_columns ();
INSERT INTO without_columns DEFAULT VALUES;
CREATE TABLE parts (i int) PARTITION BY RANGE (i);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
INSERT INTO parts SELECT generate_series(0, 9);
CREATE SEQUENCE "se'q ""\ é";
SELECT nextval('"se''q ""\ é"') FROM generate_series(1, 5);
CREATE MATERIALIZED VIEW "m v" AS SELECT count(*) AS n FROM child;
CREATE MATERIALIZED VIEW unfilled AS SELECT * FROM "m v" WITH NO DATA;
CREATE FUNCTION twice(i int) RETURNS int LANGUAGE sql AS $$ SELECT i * 2 $$;
SELECT lo_from_bytea(4711, decode(repeat('00ff', 300000), 'hex'));
ALTER TABLE child OWNER TO "rescue 'role";
)SQL";

class rescue : public testing::Test {
  protected:
    rescue() { repository::init(url()); }

    [[nodiscard]] std::string url() const { return place_.path("it's a \"repo\" $HOME"); }

    void snapshot(const std::string& database) {
        snapshot_options options;
        options.repositories = {url()};
        (void)take_snapshot(server_.conninfo(database), options);
    }

    // Exit status; what it prints is in output_.
    int script(const std::string& arguments) {
        const std::string file = place_.path("output");
        const int status = std::system((":; cd / && sh " + quoted(url() + "/restore.sh") + " " +
                                        arguments + " > " + file + " 2>&1")
                                           .c_str());
        std::stringstream text;
        text << std::ifstream(file).rdbuf();
        output_ = text.str();
        return WEXITSTATUS(status);
    }

    [[nodiscard]] std::string into(const std::string& database) const {
        return "-d " + quoted(server_.conninfo(database));
    }

    static std::string quoted(const std::string& text) {
        std::string out = "'";
        for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
        return out + "'";
    }

    // Without the lines that differ each time.
    std::string dump(const std::string& database, const std::string& options = {}) {
        std::istringstream in(server_.run("pg_dump", options, database));
        std::string text;
        for (std::string line; std::getline(in, line);) {
            if (line.find("restrict ") == std::string::npos) text += line + "\n";
        }
        return text;
    }

    cluster& server_ = cluster::shared();
    scratch place_;
    std::string output_;
};

TEST_F(rescue, restores_everything_into_an_empty_database) {
    const auto from = server_.create_database();
    server_.execute(from, kOddSchema);
    snapshot(from);
    EXPECT_EQ(script("list"), 0);
    EXPECT_NE(output_.find(from), std::string::npos);
    EXPECT_EQ(script("verify latest"), 0) << output_;
    EXPECT_EQ(script("roles latest"), 0);
    EXPECT_NE(output_.find("CREATE ROLE \"rescue 'role\""), std::string::npos);
    for (const char* one_transaction : {"", " -1"}) {
        const auto to = server_.create_database();
        ASSERT_EQ(script("restore latest " + into(to) + one_transaction), 0) << output_;
        EXPECT_EQ(dump(to), dump(from));
    }
}

TEST_F(rescue, refuses_a_database_that_is_not_empty) {
    const auto from = server_.create_database();
    server_.execute(from, "CREATE TABLE a(i int)");
    snapshot(from);
    EXPECT_NE(script("restore latest " + into(from)), 0);
    EXPECT_NE(output_.find("is not empty"), std::string::npos) << output_;
}

TEST_F(rescue, loads_nothing_from_a_damaged_object) {
    const auto from = server_.create_database();
    server_.execute(from, "CREATE TABLE a AS SELECT generate_series(1, 1000) AS i");
    snapshot(from);
    internal::reading_session reader(url());
    const auto piece = reader.find(snapshot_selector::latest()).tables.at(0).pieces.at(0);
    const std::string object = url() + "/" + internal::object_key(piece.object.name);
    std::fstream file(object, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(piece.object.stored_bytes / 2));
    file << "damage";
    file.close();
    EXPECT_EQ(script("verify latest"), 1);
    EXPECT_NE(output_.find("damaged: "), std::string::npos) << output_;
    const auto to = server_.create_database();
    EXPECT_NE(script("restore latest " + into(to)), 0);
    EXPECT_NE(output_.find("is damaged"), std::string::npos) << output_;
    EXPECT_EQ(server_.ask(to, "SELECT count(*) FROM a"), "0");
}

TEST_F(rescue, restores_the_history_of_the_schema_or_leaves_it_out) {
    const auto from = server_.create_database();
    server_.execute(from, "CREATE EXTENSION chronos");
    server_.execute(from, "CREATE TABLE a AS SELECT generate_series(1, 10) AS i");
    server_.execute(from, "ALTER TABLE a ADD COLUMN t text");
    server_.execute(from, "SELECT chronos.reconcile()");
    snapshot(from);
    const auto with = server_.create_database();
    ASSERT_EQ(script("restore latest " + into(with)), 0) << output_;
    EXPECT_EQ(server_.ask(with, "SELECT cause FROM chronos.history ORDER BY number DESC LIMIT 1"),
              "restore");
    EXPECT_EQ(server_.ask(with, "SELECT encode(chronos.fingerprint(), 'hex')"),
              server_.ask(from, "SELECT encode(chronos.fingerprint(), 'hex')"));
    const auto without = server_.create_database();
    ASSERT_EQ(script("restore --without-chronos latest " + into(without)), 0) << output_;
    EXPECT_EQ(server_.ask(without, "SELECT count(*) FROM a"), "10");
    EXPECT_EQ(server_.ask(without, "SELECT count(*) FROM pg_extension WHERE extname = 'chronos'"),
              "0");
}

}  // namespace
}  // namespace chronos::test
