-- Where snapshots go. Not dumped by pg_dump: a copy of production on a test machine must not write
-- into production's repository.
CREATE TABLE chronos.repository (
    name text PRIMARY KEY CHECK (name <> '' AND octet_length(name) <= 63 AND name !~ '[[:cntrl:]]'),
    url text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    retention jsonb
);
COMMENT ON TABLE chronos.repository IS
    'Repositories of this database; every snapshot is written to each of them. Kept by chronos.add_repository() and chronos.remove_repository().';
COMMENT ON COLUMN chronos.repository.url IS 'file:///path. Credentials never stand in a URL.';
COMMENT ON COLUMN chronos.repository.retention IS
    'Which snapshots of this database are kept there, as chronos.set_retention() wrote it; null: all.';
GRANT SELECT ON chronos.repository TO pg_read_all_stats;

-- pg_write_all_data may write into every table; into these it would be the server's own user.
CREATE FUNCTION chronos.only_by_owner() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT pg_has_role(current_user, (SELECT c.relowner FROM pg_class c WHERE c.oid = TG_RELID), 'USAGE') THEN
        RAISE EXCEPTION 'permission denied for table %', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege',
            HINT = 'Only the owner of the extension may write here; use its functions.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION chronos.only_by_owner() IS
    'Keeps everybody but the owner of the extension from writing into a table that says where the server writes or what it runs.';
REVOKE ALL ON FUNCTION chronos.only_by_owner() FROM PUBLIC;
CREATE TRIGGER only_by_owner BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON chronos.repository
    FOR EACH STATEMENT EXECUTE FUNCTION chronos.only_by_owner();
ALTER TABLE chronos.repository ENABLE ALWAYS TRIGGER only_by_owner;
