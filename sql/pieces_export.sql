-- chronos.export_range(): what it makes of rows is what COPY makes of them, byte for byte.
SET client_min_messages = warning;
CREATE EXTENSION chronos;
SET chronos.guard = off;
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE DOMAIN amount AS numeric(12, 2);
CREATE TABLE every_form (
    a bool, b "char", c int2, d int4, e int8, f oid, g float4, h float8, i date, j time, k timestamp, l timestamptz, m interval, n uuid,
    o text, p varchar(10), q char(8), r bytea, s json, t numeric, u amount, v jsonb, w mood, x int[], y inet, z tsvector, gone int,
    made int GENERATED ALWAYS AS (c + 1) STORED);
INSERT INTO every_form (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z)
VALUES (true, 'x', -2, 3, -4, 5, 0.1, '-Infinity', '2026-02-28', '24:00', '0044-03-15 BC', '1999-12-31 23:59:59+13', '1 year -2 mons 3 days 04:05:06.7',
        '6f1c3ad2-7c8e-4f43-8a0e-1f7f0e8c8f11', E'ü\t\\', 'v', 'c', '\x00ff', '{"a":  1}', 'NaN', 1.5,
        '{"k": [1, -2.50, 1e30, true, null, {"q\"\\\u0001\n": "€"}], "": {}}', 'happy', '{1,NULL}', '::1/64', 'a:1 b'),
       (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO every_form (o, r, t, v)
SELECT repeat(md5(i::text), i * 20), decode(repeat(md5(i::text), i), 'hex'), i * 10::numeric ^ (i - 50),
       jsonb_build_object('long', repeat(md5(i::text), i * 10), 'numbers', jsonb_build_array(i, i / 7.0, -i * 1e20))
FROM generate_series(1, 100) AS i;
ALTER TABLE every_form DROP gone;
ALTER TABLE every_form ADD later text DEFAULT 'always there';

SELECT current_setting('data_directory') || '/every_form.copy' AS file \gset
SELECT string_agg(attname, ',' ORDER BY attnum) AS columns FROM pg_attribute
WHERE attrelid = 'every_form'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' \gset
COPY every_form TO :'file' (FORMAT binary);
CREATE TABLE packed AS SELECT chronos.export_range('every_form', string_to_array(:'columns', ',')::name[], 0, NULL) AS piece;
SELECT ('x' || encode(substr(piece, 1, 8), 'hex'))::bit(64)::bigint AS rows,
       ('x' || encode(substr(piece, 9, 8), 'hex'))::bit(64)::bigint = (pg_stat_file(:'file')).size AS same_size,
       substr(piece, 17, 32) = sha256(pg_read_binary_file(:'file')) AS same_bytes,
       substr(piece, 65, 4) = '\x28b52ffd' AS is_zstd
FROM packed;

-- In parts, and beyond the end.
SELECT sum(('x' || encode(substr(p, 1, 8), 'hex'))::bit(64)::bigint) AS rows
FROM (SELECT chronos.export_range('every_form', '{c}', 0, 2)
      UNION ALL SELECT chronos.export_range('every_form', '{c}', 2, 3)
      UNION ALL SELECT chronos.export_range('every_form', '{c}', 3, NULL)) AS parts(p);
SELECT count(*) FROM (SELECT chronos.export_range('every_form', '{c}', 1000000, NULL)) AS beyond;
SELECT count(*) FROM (SELECT chronos.export_range('every_form', '{c}', -5, 0)) AS before;

-- Rows that nobody can see are not there, and it can be left early.
DELETE FROM every_form WHERE c = -2;
SELECT ('x' || encode(substr(chronos.export_range('every_form', '{c}', 0, NULL), 1, 8), 'hex'))::bit(64)::bigint AS rows;
SELECT length(chronos.export_range('every_form', '{}', 0, NULL)) > 64 AS left_early LIMIT 1;

-- What it cannot do is refused.
CREATE VIEW no_table AS SELECT 1 AS one;
CREATE MATERIALIZED VIEW unfilled AS SELECT 1 AS one WITH NO DATA;
SELECT chronos.export_range('no_table', '{one}', 0, NULL);
SELECT chronos.export_range('unfilled', '{one}', 0, NULL);
SELECT chronos.export_range('every_form', '{made}', 0, NULL);
SELECT chronos.export_range('every_form', '{nowhere}', 0, NULL);
SELECT chronos.export_range('every_form', '{xmin}', 0, NULL);
SELECT chronos.export_range('every_form', NULL, 0, NULL);
SELECT chronos.export_range('packed', '{piece,piece}', 0, NULL);
SELECT c.relname, r.refusal FROM chronos.export_refusals(ARRAY['every_form', 'no_table', 'unfilled']::regclass[]::oid[]) AS r
JOIN pg_class AS c ON c.oid = r.relation ORDER BY 1;
CREATE ROLE regress_chronos_exporter;
SET ROLE regress_chronos_exporter;
SELECT chronos.export_range('every_form', '{c}', 0, NULL);
RESET ROLE;
DROP ROLE regress_chronos_exporter;
DROP VIEW no_table;
DROP MATERIALIZED VIEW unfilled;
DROP TABLE packed, every_form;
DROP TYPE mood;
DROP DOMAIN amount;
DROP EXTENSION chronos;
