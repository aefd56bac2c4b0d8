#include "restore/dump_script.hpp"

#include <gtest/gtest.h>

namespace chronos::internal {
namespace {

TEST(dump_script, statements_know_the_entry_they_belong_to) {
    const auto found = read_dump_script(
        "SET a = 1;\n\n--\n-- Name: odd; Type: TABLE; Schema: public; Owner: x; Type: TABLE; "
        "Schema: My S; "
        "Owner: o\n--\n\nCREATE TABLE x ();\n\n\nALTER TABLE x OWNER TO o;\n");
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].type, "");
    EXPECT_EQ(found[1].name, "odd; Type: TABLE; Schema: public; Owner: x");
    EXPECT_EQ(found[1].type, "TABLE");
    EXPECT_EQ(found[1].schema, "My S");
    EXPECT_EQ(found[2].type, "TABLE");
    EXPECT_EQ(found[2].text, "ALTER TABLE x OWNER TO o");
}

TEST(dump_script, the_table_of_a_statement_is_found) {
    const auto table = [](std::string_view text) { return unquoted(subject_table(text)); };
    EXPECT_EQ(table("CREATE TABLE public.\"a \"\"b\"\" (c\" (i integer)"), "public.a \"b\" (c");
    EXPECT_EQ(table("CREATE UNLOGGED TABLE s.t (i integer)"), "s.t");
    EXPECT_EQ(table("ALTER TABLE ONLY s.t\n    ADD CONSTRAINT k PRIMARY KEY (i)"), "s.t");
    EXPECT_EQ(table("CREATE UNIQUE INDEX \"x ON y\" ON ONLY s.t USING btree (i)"), "s.t");
    EXPECT_EQ(table("CREATE TRIGGER a BEFORE UPDATE OF b ON s.t FOR EACH ROW"), "s.t");
    EXPECT_EQ(table("COMMENT ON COLUMN s.t.\"c.d\" IS 'x'"), "s.t");
    EXPECT_EQ(table("COMMENT ON CONSTRAINT k ON s.t IS 'x'"), "s.t");
    EXPECT_EQ(table("GRANT SELECT(a),UPDATE(b) ON TABLE s.t TO x"), "s.t");
    EXPECT_EQ(table("ALTER SEQUENCE s.q OWNED BY s.t.c"), "s.t");
    EXPECT_EQ(table("CREATE STATISTICS s.x (mcv) ON date_part('a FROM b'::text, d), c FROM s.t"),
              "s.t");
    EXPECT_EQ(table("CREATE RULE r AS\n    ON INSERT TO s.t DO INSTEAD NOTHING"), "s.t");
    EXPECT_EQ(table("COMMENT ON RULE r ON s.t IS 'x'"), "s.t");
    EXPECT_EQ(table("ALTER PUBLICATION p ADD TABLE ONLY s.t (a, b)"), "s.t");
    EXPECT_EQ(table("CREATE VIEW s.v AS SELECT 1"), "");
    EXPECT_EQ(table(""), "");
}

TEST(dump_script, what_is_attached_is_found) {
    EXPECT_EQ(attached_part("ALTER TABLE ONLY s.p ATTACH PARTITION s.\"p 1\" FOR VALUES FROM (0)"),
              "s.\"p 1\"");
    EXPECT_EQ(attached_part("ALTER INDEX s.i ATTACH PARTITION s.j"), "s.j");
    EXPECT_EQ(subject_part("ALTER INDEX s.i ATTACH PARTITION s.j"), "s.i");
    EXPECT_EQ(attached_part("ALTER TABLE s.p OWNER TO x"), "");
    EXPECT_EQ(attached_part("CREATE TABLE s.p ()"), "");
    EXPECT_EQ(added_constraint("ALTER TABLE ONLY s.t\n    ADD CONSTRAINT \"k 1\" PRIMARY KEY (i)"),
              "\"k 1\"");
    EXPECT_EQ(added_constraint("ALTER TABLE s.t ENABLE ROW LEVEL SECURITY"), "");
    EXPECT_EQ(subject_part("ALTER TABLE s.t OWNER TO x"), "");
    EXPECT_EQ(subject_part("COMMENT ON INDEX s.i IS 'x'"), "s.i");
    EXPECT_EQ(subject_part("ALTER STATISTICS s.x OWNER TO o"), "s.x");
    EXPECT_EQ(subject_part("GRANT USAGE ON SEQUENCE s.q TO x"), "s.q");
    EXPECT_EQ(subject_part("GRANT SELECT ON TABLE s.t TO x"), "");
}

TEST(dump_script, an_index_of_mere_columns_is_plain) {
    EXPECT_TRUE(is_plain_index("CREATE UNIQUE INDEX i ON s.t USING btree (a DESC, b) INCLUDE (c)"));
    EXPECT_TRUE(is_plain_index("CREATE INDEX i ON s.t USING btree (\"f(x) WHERE (y(z))\")"));
    EXPECT_TRUE(is_plain_index("ALTER TABLE ONLY s.t\n    ADD CONSTRAINT k PRIMARY KEY (a, b)"));
    EXPECT_FALSE(is_plain_index("CREATE INDEX i ON s.t USING btree (s.f(a))"));
    EXPECT_FALSE(is_plain_index("CREATE INDEX i ON s.t USING btree (((a + 1)))"));
    EXPECT_FALSE(is_plain_index("CREATE INDEX i ON s.t USING btree (a) WHERE s.f(a)"));
    EXPECT_FALSE(is_plain_index("ALTER TABLE s.t ADD CONSTRAINT k EXCLUDE USING gist (a WITH &&)"));
}

}  // namespace
}  // namespace chronos::internal
