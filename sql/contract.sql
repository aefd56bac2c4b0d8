-- What a program uses of the schema, and what it is told when it is not there.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION chronos;
CREATE ROLE contract_app;
CREATE ROLE contract_dba SUPERUSER;
RESET client_min_messages;
CREATE SCHEMA shop;
GRANT USAGE ON SCHEMA shop TO contract_app;
CREATE TYPE shop.status AS ENUM ('open', 'paid');
CREATE TABLE shop.orders (
    id bigint GENERATED ALWAYS AS IDENTITY, total numeric(12,2), status shop.status NOT NULL, note varchar(20),
    placed timestamptz NOT NULL DEFAULT now());
CREATE VIEW shop.open_orders AS SELECT id, total FROM shop.orders WHERE status = 'open';
CREATE FUNCTION shop.place(total numeric, note text DEFAULT '') RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
CREATE PROCEDURE shop.close(id bigint) LANGUAGE sql AS '';
GRANT SELECT, INSERT ON shop.orders TO contract_app;
GRANT SELECT ON shop.open_orders TO contract_app;
SELECT chronos.label('release 1.0') > 0 AS labelled;

CREATE FUNCTION told(wanted jsonb) RETURNS TABLE (state text, message text, detail text, hint text) LANGUAGE plpgsql AS $$
DECLARE
    labelled constant text := (SELECT max(number)::text FROM chronos.history WHERE labels = '{"release 1.0"}');
BEGIN
    PERFORM chronos.require_contract(wanted);
    state := 'kept';
    RETURN NEXT;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    message := regexp_replace(message, 'version \d+', 'version N');
    detail := regexp_replace(detail, 'version \d+', 'version N', 'g');
    hint := regexp_replace(replace(hint, 'version ' || labelled || ' (', 'version L ('), 'version \d+', 'version N', 'g');
    RETURN NEXT;
END $$;

-- Made from the schema as it is, it is kept.
SELECT jsonb_pretty(chronos.make_contract('{shop.orders,shop.open_orders}', '{shop.*}', 'contract_app', 'shop 1.0'));
CREATE TABLE made AS SELECT chronos.make_contract('{shop.*}', '{"shop.place(numeric,text)"}', 'contract_app', 'shop 1.0') AS contract;
GRANT SELECT ON made TO contract_app;
SET ROLE contract_app;
SELECT chronos.require_contract(contract) = chronos.current_version() AS kept FROM made;
SELECT count(*) FROM made, chronos.contract_breaches(contract);
RESET ROLE;
SELECT chronos.make_contract('{shop.nothing}');
SELECT chronos.make_contract('{}', '{shop.nothing}');
SELECT chronos.make_contract('{}') AS empty, chronos.require_contract('{}') > 0 AS kept;

-- Names and types may be written in any way that SQL knows.
SELECT problem, identity, part, wanted, present FROM chronos.contract_breaches('{"schema": "shop", "tables": {
    "Orders": {"columns": {"id": "int8", "total": "decimal(12, 2)", "status": "status", "note": "varchar", "placed": "timestamp with time zone"}},
    "SHOP.\"orders\"": {"columns": {"total": {"type": "numeric"}, "note": {"nullable": true}, "id": {}, "status": {"nullable": false}}}},
    "functions": {"place(numeric, text)": {"returns": "int8"}, "shop.place(decimal)": {}, "close(bigint)": {}}}');
SELECT problem, identity, part, wanted, present FROM chronos.contract_breaches('{"schema": "shop", "tables": {
    "orders": {"columns": {"id": "integer", "total": "numeric(10,2)", "status": "text", "note": "varchar(10)", "placed": "no_such_type"}}},
    "functions": {"place(numeric, text)": {"returns": "setof bigint"}, "place(no_such_type)": {}, "place()": {}, "close(bigint)": {"returns": "int"}}}');

-- What has never been there.
\x
SELECT * FROM told('{"name": "shop 2.0", "tables": {"shop.invoices": {}, "shop.orders": {"columns": {"region": "text"}}}}');
\x

SELECT message, detail FROM told('{"functions": {"shop.place(numeric,text)": {"returns": "text"}}}');

-- What has gone or changed: since when, by whom, and what it is called now.
SET ROLE contract_dba;
ALTER TABLE shop.orders DROP COLUMN note;
ALTER TABLE shop.orders ALTER status DROP NOT NULL;
ALTER TABLE shop.orders RENAME placed TO placed_at;
-- none of these breaks it
ALTER TABLE shop.orders ALTER id SET NOT NULL, ADD remark text, ADD rank int NOT NULL DEFAULT 0;
COMMENT ON COLUMN shop.orders.status IS 'may be null since the version before';
RESET ROLE;
SELECT problem, kind, part, present, since - max(since) OVER () AS version, role, message ~ 'version \d+, by contract_dba' AS told
FROM made, chronos.contract_breaches(contract);
\x
SELECT t.* FROM made, told(contract) t;
\x

-- The last version that may have kept it is named with its labels.
ALTER TABLE shop.orders ADD extra int;
SELECT chronos.label('release 1.1') > 0 AS labelled;
ALTER TABLE shop.orders DROP extra;
SELECT hint FROM told('{"tables": {"shop.orders": {"columns": {"extra": "int"}}}}');

-- The privileges of the role that asks, of a column list too; one who inserts is told of columns it has to fill.
TRUNCATE made;
ALTER TABLE shop.orders ALTER status SET NOT NULL, ADD note text;
ALTER TABLE shop.orders RENAME placed_at TO placed;
INSERT INTO made SELECT chronos.make_contract('{shop.orders}', '{shop.place}', 'contract_app', 'shop 1.1');
SET ROLE contract_app;
SELECT t.state FROM made, told(contract) t;
RESET ROLE;
ALTER TABLE shop.orders ADD region text NOT NULL;
REVOKE ALL ON shop.orders FROM contract_app;
GRANT SELECT ON shop.orders TO contract_app;
REVOKE ALL ON FUNCTION shop.place FROM PUBLIC;
SET ROLE contract_app;
SELECT problem, kind, part, wanted, message ~ ' since version \d+' AS told FROM made, chronos.contract_breaches(contract);
RESET ROLE;
GRANT INSERT (id, total, status, note, placed, remark, rank) ON shop.orders TO contract_app;
GRANT EXECUTE ON FUNCTION shop.place TO contract_app;
ALTER TABLE shop.orders ALTER region SET DEFAULT '';
SET ROLE contract_app;
SELECT t.state FROM made, told(contract) t;
RESET ROLE;
REVOKE USAGE ON SCHEMA shop FROM contract_app;
SET ROLE contract_app;
SELECT regexp_replace(message, '\d+', 'N') AS message FROM made, chronos.contract_breaches(contract) WHERE kind = 'schema';
RESET ROLE;
-- A view in the place of a table.
SELECT problem, wanted FROM chronos.contract_breaches('{"tables": {"shop.open_orders": {"privileges": ["select", "insert", "delete"]},
    "pg_catalog.pg_stat_activity": {"privileges": ["SELECT", "UPDATE"]}}}');

-- What is remembered is forgotten when it may be otherwise: in the same transaction, and after it.
SELECT state FROM told('{"tables": {"shop.orders": {"columns": {"rank": "int"}}}}');
BEGIN;
ALTER TABLE shop.orders ALTER rank TYPE bigint;
SELECT state FROM told('{"tables": {"shop.orders": {"columns": {"rank": "int"}}}}');
SELECT state FROM told('{"tables": {"shop.orders": {"columns": {"rank": "bigint"}}}}');
ROLLBACK;
SELECT state FROM told('{"tables": {"shop.orders": {"columns": {"rank": "int"}}}}');
SELECT state FROM told('{"tables": {"shop.orders": {"columns": {"rank": "bigint"}}}}');
SET ROLE contract_app;
SELECT state FROM told('{"functions": {"shop.close(bigint)": {"privileges": ["EXECUTE"]}}}');
RESET ROLE;
REVOKE ALL ON PROCEDURE shop.close FROM PUBLIC;
SET ROLE contract_app;
SELECT state FROM told('{"functions": {"shop.close(bigint)": {"privileges": ["EXECUTE"]}}}');
RESET ROLE;
GRANT contract_dba TO contract_app;
SET ROLE contract_app;
SELECT state FROM told('{"functions": {"shop.close(bigint)": {"privileges": ["EXECUTE"]}}}');
RESET ROLE;
GRANT EXECUTE ON PROCEDURE shop.close TO contract_dba;
ALTER ROLE contract_dba NOSUPERUSER;
SET ROLE contract_app;
SELECT state FROM told('{"functions": {"shop.close(bigint)": {"privileges": ["EXECUTE"]}}}');
RESET ROLE;
REVOKE contract_dba FROM contract_app;
SET ROLE contract_app;
SELECT state FROM told('{"functions": {"shop.close(bigint)": {"privileges": ["EXECUTE"]}}}');
RESET ROLE;

-- A table that was renamed or dropped.
ALTER TABLE shop.orders RENAME TO sales;
SELECT message FROM told('{"tables": {"shop.orders": {}}}');
SELECT detail FROM told('{"tables": {"shop.orders": {}}, "functions": {"shop.gone(bigint)": {}}}');
DROP VIEW shop.open_orders;
DROP PROCEDURE shop.close;
SELECT detail FROM told('{"tables": {"shop.open_orders": {}}, "functions": {"shop.close(bigint)": {}}}');
SELECT chronos.require_contract(NULL);

-- The form.
CREATE FUNCTION fault(contract jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM chronos.require_contract(contract);
    RETURN 'none';
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN SQLERRM;
END $$;
SELECT fault('[]'), fault('{"table": {}}') AS unknown, fault('{"tables": []}') AS tables, fault('{"name": 1}') AS name;
SELECT fault('{"tables": {"a": 1}}'), fault('{"tables": {"a": {"columns": {"b": 1}}}}') AS "column", fault('{"tables": {"a": {"columns": {"b": {"nullable": "no"}}}}}') AS nullable;
SELECT fault('{"tables": {"a": {"privileges": ["FLY"]}}}'), fault('{"functions": {"f()": {"privileges": ["SELECT"]}}}') AS function, fault('{"functions": {"f": {}}}') AS arguments;
SELECT fault('{"tables": {"a.b.c": {}}}'), fault('{"tables": {"a..c": {}}}') AS name, fault('{"tables": {"a(": {}}}') AS rest, fault('{"tables": {"a": null}}') AS "null";

SET client_min_messages = warning;
DROP SCHEMA shop CASCADE;
DROP TABLE made;
DROP FUNCTION told, fault;
DROP EXTENSION chronos;
DROP ROLE contract_app, contract_dba;
