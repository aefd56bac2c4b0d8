-- What somebody adds to an operator family of the server itself is kept, though not the family.
SET client_min_messages = warning;
CREATE DATABASE live_operator_family TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c live_operator_family
SET client_min_messages = warning;
CREATE EXTENSION chronos;
CREATE FUNCTION cmp(float8, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0';
CREATE FUNCTION less(float8, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR <% (LEFTARG = float8, RIGHTARG = int, FUNCTION = less);
CREATE TYPE num AS (n int);
CREATE FUNCTION hash(num) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION same(num, num) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR =% (LEFTARG = num, RIGHTARG = num, FUNCTION = same);
CREATE OPERATOR CLASS nums FOR TYPE num USING hash FAMILY integer_ops AS OPERATOR 1 =%, FUNCTION 1 hash(num);
SELECT chronos.label('before') \g /dev/null
ALTER OPERATOR FAMILY float_ops USING btree ADD FUNCTION 1 (float8, int) cmp(float8, int), OPERATOR 1 <% (float8, int);
SELECT added, changed FROM chronos.history ORDER BY number DESC LIMIT 1;
SELECT identity, definition FROM chronos.live_object WHERE kind = 'operator family' ORDER BY identity;
SELECT class, identity FROM chronos.uncovered;
SELECT chronos.label('one') \g /dev/null
ALTER OPERATOR FAMILY bool_ops USING hash ADD FUNCTION 1 (int, int) hashint4(int), OPERATOR 1 = (int, int);
SELECT chronos.label('two') \g /dev/null
ALTER OPERATOR FAMILY float_ops USING btree DROP OPERATOR 1 (float8, int);
SELECT added, changed, removed FROM chronos.history ORDER BY number DESC LIMIT 1;
SELECT chronos.label('less') \g /dev/null
SELECT statement FROM chronos.plan('less', 'before') ORDER BY step;
SELECT statement FROM chronos.plan('before', 'two') ORDER BY step;
\set ECHO none
SELECT statement FROM chronos.plan('live', 'two') ORDER BY step \gexec
SELECT count(*) AS steps_left FROM chronos.plan('live', 'two');
SELECT statement FROM chronos.plan('live', 'before') ORDER BY step \gexec
SELECT count(*) AS steps_left FROM chronos.plan('live', 'before');
SELECT statement FROM chronos.plan('live', 'one') ORDER BY step \gexec
\set ECHO all
SELECT count(*) AS steps_left FROM chronos.plan('live', 'one');
-- It goes with what it is made of.
DROP FUNCTION cmp(float8, int);
SELECT changed, removed FROM chronos.history ORDER BY number DESC LIMIT 1;
SELECT chronos.reconcile(everything => true);
\getenv here PG_ABS_SRCDIR
\set rebuild :here '/tests/harness/rebuild.psql'
\i :rebuild
