-- Every odd thing a schema can hold, for the round trip.
CREATE SCHEMA "Schema with ""quotes"" and ünïcode";
CREATE SCHEMA other;
CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN moody AS mood;
CREATE TYPE float_range AS RANGE (subtype = float8, subtype_diff = float8mi);

CREATE TABLE every_type (
    id bigint GENERATED ALWAYS AS IDENTITY (START 10 INCREMENT 5) PRIMARY KEY,
    c_bool bool, c_int2 int2, c_numeric numeric, c_numeric2 numeric(10, 2), c_float4 float4,
    c_float8 float8, c_text text, c_varchar varchar(20), c_char char(5), c_bytea bytea,
    c_timestamp timestamp, c_timestamptz timestamptz, c_date date, c_time time, c_timetz timetz,
    c_interval interval, c_uuid uuid, c_json json, c_jsonb jsonb, c_inet inet, c_cidr cidr,
    c_macaddr macaddr, c_bit bit(5), c_varbit varbit, c_point point, c_polygon polygon,
    c_money money, c_tsvector tsvector, c_int4range int4range, c_multi nummultirange,
    c_ints int[], c_texts text[][], c_positive positive, c_oid oid, c_lsn pg_lsn
);
INSERT INTO every_type OVERRIDING SYSTEM VALUE SELECT
    7, true, -3, 'NaN', 12345678.90, 'Infinity', 0.1, E'tab\there\nnew\\line', 'ünï', 'ab', '\x00ff',
    '2026-02-28 23:59:59.999999', '1999-01-01 00:00:00+13', '0044-03-15 BC', '24:00:00', '04:05:06-08',
    '1 year -2 mons 3 days 04:05:06', '6f1c3ad2-7c8e-4f43-8a0e-1f7f0e8c8f11', '{"a":  1}', '{"b": [1.50, null]}',
    '::1/64', '192.0.2.0/24', '08:00:2b:01:02:03', B'10101', B'1', '(1,2)', '((0,0),(1,1),(1,0))',
    '12.34', 'a:1 fat:2A', '[1,10)', '{[1.5,2], [3,)}', '{1,NULL,3}', '{{a,b},{c,"NULL"}}', 5, 42, '16/B374D848';
INSERT INTO every_type (c_numeric) VALUES ('Infinity'), ('-1e-100'), (NULL);
INSERT INTO every_type DEFAULT VALUES;

CREATE TABLE text_only (m mood[], p pair, r float_range, ps pair[], c regclass, x xml, e mood, d moody);
INSERT INTO text_only VALUES ('{sad,"it''s ok"}', '(1,"a,b")', '[1.5,2.5)', '{"(1,x)","(2,)"}', 'every_type',
                              '<a>ü</a>', 'happy', 'sad'), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE "Schema with ""quotes"" and ünïcode"."Täble 'of' ""63"" bytes......................................."
    ("Cölumn "" 1" text DEFAULT 'it''s; $$ \', "select" int);
INSERT INTO "Schema with ""quotes"" and ünïcode"."Täble 'of' ""63"" bytes......................................." VALUES
    ('\.', 1), (E'\\N', 2), (NULL, 3);

CREATE TABLE generated (a int, b int GENERATED ALWAYS AS (a * 2) STORED, c text);
INSERT INTO generated (a, c) VALUES (1, 'x'), (NULL, 'y');

CREATE TABLE dropped (a int, gone text, b text);
INSERT INTO dropped SELECT i, 'gone', 'kept' || i FROM generate_series(1, 100) i;
ALTER TABLE dropped DROP COLUMN gone;
ALTER TABLE dropped ADD COLUMN fast int DEFAULT 42;
INSERT INTO dropped VALUES (101, 'new', NULL);

CREATE TABLE no_columns ();
INSERT INTO no_columns DEFAULT VALUES;
INSERT INTO no_columns DEFAULT VALUES;
CREATE TABLE empty_table (i int CHECK (i > 0), UNIQUE (i));
CREATE UNLOGGED TABLE forgotten (i int);
INSERT INTO forgotten VALUES (1);

CREATE TABLE measured (day date NOT NULL, value int) PARTITION BY RANGE (day);
CREATE TABLE measured_1 PARTITION OF measured FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE measured_rest PARTITION OF measured DEFAULT;
CREATE INDEX ON measured (value);
ALTER TABLE measured ADD PRIMARY KEY (day);
INSERT INTO measured SELECT date '2026-01-20' + i, i FROM generate_series(1, 30) i;
CREATE TABLE by_mood (m mood, n int) PARTITION BY HASH (m);
CREATE TABLE by_mood_0 PARTITION OF by_mood FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE by_mood_1 PARTITION OF by_mood FOR VALUES WITH (MODULUS 2, REMAINDER 1);

CREATE TABLE parent (a int);
CREATE TABLE child (b int) INHERITS (parent);
INSERT INTO parent VALUES (1);
INSERT INTO child VALUES (2, 3);

CREATE SEQUENCE other.counter START 5 INCREMENT -1 MINVALUE -100 MAXVALUE 100 CYCLE;
SELECT nextval('other.counter'), nextval('other.counter');
CREATE SEQUENCE never_used START 77;
CREATE TABLE serial_table (id serial PRIMARY KEY, t text);
INSERT INTO serial_table (t) SELECT 'row' || i FROM generate_series(1, 1000) i;
CREATE TABLE referring (id int REFERENCES serial_table, EXCLUDE USING btree (id WITH =));
INSERT INTO referring VALUES (5);

CREATE VIEW seen AS SELECT id, t FROM serial_table WHERE id < 10;
CREATE MATERIALIZED VIEW z_first AS SELECT count(*) AS n FROM serial_table;
CREATE MATERIALIZED VIEW a_second AS SELECT n + 1 AS n FROM z_first;
CREATE UNIQUE INDEX ON a_second (n);
CREATE MATERIALIZED VIEW unfilled AS SELECT 1 AS one WITH NO DATA;

CREATE FUNCTION twice(i int) RETURNS int LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT CASE WHEN i > 0 THEN i * 2 ELSE 0 END; END;
CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN NEW.t := NEW.t || ';'; RETURN NEW; END $f$;
CREATE TRIGGER touch BEFORE INSERT ON serial_table FOR EACH ROW EXECUTE FUNCTION touched();
CREATE RULE noted AS ON DELETE TO serial_table DO ALSO (SELECT 1; SELECT 2);
CREATE INDEX twice_index ON serial_table (twice(id)) WHERE t <> ';';
CREATE STATISTICS some_statistics ON id, t FROM serial_table;

CREATE TABLE guarded (owner name, secret text);
INSERT INTO guarded VALUES ('nobody', 'hidden');
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
ALTER TABLE guarded FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON guarded USING (owner = current_user);

COMMENT ON TABLE serial_table IS 'a comment; with "quotes" and ''apostrophes''';
COMMENT ON COLUMN serial_table.t IS E'two\nlines';
GRANT SELECT ON serial_table TO PUBLIC;
GRANT UPDATE (t) ON serial_table TO PUBLIC;

SELECT lo_from_bytea(4711, '\x0102'), lo_from_bytea(4712, decode(repeat('ab', 5000), 'hex')), lo_create(4713);
COMMENT ON LARGE OBJECT 4711 IS 'a large object';
GRANT SELECT ON LARGE OBJECT 4711 TO PUBLIC;
