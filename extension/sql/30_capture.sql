-- What tells the library about changes. ENABLE ALWAYS: tools set session_replication_role = replica.

CREATE FUNCTION chronos.label(label text) RETURNS bigint LANGUAGE c STRICT VOLATILE
AS 'MODULE_PATHNAME', 'chronos_label';
COMMENT ON FUNCTION chronos.label(text) IS
    'Gives the current version a name and returns its number. In a transaction that has changed the schema the version it is about to make gets the label, and the result is null.';
REVOKE ALL ON FUNCTION chronos.label(text) FROM PUBLIC;

CREATE FUNCTION chronos.on_ddl_start() RETURNS event_trigger LANGUAGE c
AS 'MODULE_PATHNAME', 'chronos_on_ddl_start';
COMMENT ON FUNCTION chronos.on_ddl_start() IS 'Loads the library before the first command of a session.';
CREATE FUNCTION chronos.on_ddl_end() RETURNS event_trigger LANGUAGE c
AS 'MODULE_PATHNAME', 'chronos_on_ddl_end';
COMMENT ON FUNCTION chronos.on_ddl_end() IS 'Notes what a command created or changed.';
CREATE FUNCTION chronos.on_drop() RETURNS event_trigger LANGUAGE c
AS 'MODULE_PATHNAME', 'chronos_on_drop';
COMMENT ON FUNCTION chronos.on_drop() IS 'Notes what a command dropped.';

CREATE EVENT TRIGGER chronos_ddl_start ON ddl_command_start EXECUTE FUNCTION chronos.on_ddl_start();
ALTER EVENT TRIGGER chronos_ddl_start ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER chronos_ddl_start IS 'Part of Chronos: records changes of the schema.';
CREATE EVENT TRIGGER chronos_ddl_end ON ddl_command_end EXECUTE FUNCTION chronos.on_ddl_end();
ALTER EVENT TRIGGER chronos_ddl_end ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER chronos_ddl_end IS 'Part of Chronos: records changes of the schema.';
CREATE EVENT TRIGGER chronos_drop ON sql_drop EXECUTE FUNCTION chronos.on_drop();
ALTER EVENT TRIGGER chronos_drop ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER chronos_drop IS 'Part of Chronos: records changes of the schema.';
