-- What the engine asks to prove that rows are as an earlier snapshot copied them; docs/incremental.md
-- is the proof.
CREATE FUNCTION chronos.page_range(relation regclass, first_block bigint, last_block bigint,
    OUT is_settled boolean, OUT pages bigint, OUT new_pages bigint, OUT newest_lsn pg_lsn, OUT oldest_lsn pg_lsn)
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'chronos_page_range';
COMMENT ON FUNCTION chronos.page_range(regclass, bigint, bigint) IS
    'Number of pages from first_block up to, not including, last_block (null: to the end), how many were never written to (they count as LSN 0), and the newest and oldest LSN. is_settled is always false: no row is looked at. Needs SELECT on the table.';

CREATE FUNCTION chronos.settled_range(relation regclass, first_block bigint, last_block bigint,
    OUT is_settled boolean, OUT pages bigint, OUT new_pages bigint, OUT newest_lsn pg_lsn, OUT oldest_lsn pg_lsn)
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'chronos_settled_range';
COMMENT ON FUNCTION chronos.settled_range(regclass, bigint, bigint) IS
    'As chronos.page_range(), and looks at every row: is_settled means that all transactions that made or removed one had ended as the present snapshot sees it, and that no page changed while they were read.';

CREATE FUNCTION chronos.export_range(relation regclass, columns name[], first_block bigint, last_block bigint) RETURNS SETOF bytea
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'chronos_export_range';
COMMENT ON FUNCTION chronos.export_range(regclass, name[], bigint, bigint) IS
    'The rows that the present snapshot sees from first_block up to, not including, last_block (null: to the end), as pieces of a snapshot: number of rows (8 bytes), of plain bytes (8), their SHA-256 (32), the sum of the rows'' xxh3-128 (16), and a zstd frame that holds a stream of COPY (FORMAT binary). Eight bytes of all ones end it where a row is too large to be held here: then COPY has to be used. To be called in the SELECT list. Needs SELECT on the columns.';

CREATE FUNCTION chronos.export_refusals(relations oid[]) RETURNS TABLE (relation oid, refusal text)
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.oid,
           CASE WHEN r.relkind NOT IN ('r', 'm') THEN 'it holds no rows of its own'
                WHEN r.relam <> 2 THEN 'its access method is not heap'
                WHEN r.relpersistence = 't' THEN 'it is temporary'
                WHEN NOT r.relispopulated THEN 'it has not been populated'
                WHEN NOT has_table_privilege(r.oid, 'SELECT') THEN 'the role may not read all of it'
                WHEN row_security_active(r.oid) THEN 'row security hides rows of it from this role'
                WHEN current_setting('client_encoding') <> current_setting('server_encoding') THEN 'the encodings differ'
           END
    FROM pg_class AS r WHERE r.oid = ANY (relations)
$$;
COMMENT ON FUNCTION chronos.export_refusals(oid[]) IS
    'Why the rows of each table cannot be had from chronos.export_range(); null: they can.';

CREATE FUNCTION chronos.reuse_refusal() RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
RETURN CASE
    WHEN pg_is_in_recovery() THEN 'the server is a standby'
    WHEN current_setting('fsync') <> 'on' THEN 'fsync is off'
    -- Up to 16: rows that a snapshot sees may be pruned away under it.
    WHEN coalesce(current_setting('old_snapshot_threshold', true), '-1') <> '-1' THEN 'old_snapshot_threshold is set'
END;
COMMENT ON FUNCTION chronos.reuse_refusal() IS
    'Why pages prove nothing on this server; null: they do.';

CREATE FUNCTION chronos.type_signature(types oid[])
RETURNS TABLE (type oid, signature text, refusal text)
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE used (root, part) AS (
        SELECT DISTINCT t.oid, t.oid FROM unnest(types) AS t (oid)
        UNION
        SELECT u.root, p.type
        FROM used AS u
        JOIN pg_type AS t ON t.oid = u.part
        CROSS JOIN LATERAL (
            SELECT t.typelem
            UNION ALL SELECT t.typbasetype
            UNION ALL SELECT r.rngsubtype FROM pg_range AS r WHERE t.oid IN (r.rngtypid, r.rngmultitypid)
            UNION ALL SELECT a.atttypid FROM pg_attribute AS a
                      WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
        ) AS p (type)
        WHERE p.type <> 0
    ), described AS (
        SELECT t.oid,
               -- The xmin tells what was changed and changed back: types are looked up as they are when a
               -- value is written out, whatever the snapshot.
               row(t.xmin, t.oid, t.typtype, t.typlen, t.typbyval, t.typalign, t.typdelim, t.typbasetype, t.typtypmod, t.typelem,
                   t.typrelid, t.typoutput::oid, t.typsend::oid, x.xmin, x.extname, x.extversion,
                   (SELECT array_agg(row(p.xmin, p.prosrc, p.probin, p.prolang)::text ORDER BY p.oid) FROM pg_proc AS p
                    WHERE p.oid IN (t.typoutput, t.typsend) AND p.oid >= 16384),
                   (SELECT array_agg(row(e.xmin, e.oid, e.enumlabel)::text ORDER BY e.oid) FROM pg_enum AS e
                    WHERE e.enumtypid = t.oid),
                   (SELECT array_agg(row(a.xmin, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attcollation, a.attisdropped)::text
                                     ORDER BY a.attnum) FROM pg_attribute AS a
                    WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0))::text AS text,
               CASE WHEN t.oid < 16384 AND t.typname ~ '^(reg|aclitem$|pg_)'
                    THEN format('the text of type %s depends on other catalogues', format_type(t.oid, NULL))
                    WHEN t.oid >= 16384 AND t.typtype = 'b' AND x.oid IS NULL
                         AND NOT EXISTS (SELECT FROM pg_type AS e WHERE e.typarray = t.oid)
                    THEN format('type %s belongs to no extension, so that nobody knows when its text changes', format_type(t.oid, NULL))
               END AS refusal
        FROM (SELECT DISTINCT u.part FROM used AS u) AS u
        JOIN pg_type AS t ON t.oid = u.part
        LEFT JOIN pg_depend AS d ON d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
             AND d.refclassid = 'pg_extension'::regclass
        LEFT JOIN pg_extension AS x ON x.oid = d.refobjid
    )
    SELECT u.root, string_agg(d.text, E'\n' ORDER BY d.oid), min(d.refusal)
    FROM used AS u JOIN described AS d ON d.oid = u.part
    GROUP BY u.root
$$;
COMMENT ON FUNCTION chronos.type_signature(oid[]) IS
    'All in the catalogues that decides how values of these types are written out, and why that cannot be said; the types that they consist of included.';

CREATE FUNCTION chronos.reuse_facts(relations oid[])
RETURNS TABLE (relation oid, file_path text, signature text, refusal text)
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    WITH columns AS MATERIALIZED (
        SELECT a.* FROM pg_attribute AS a WHERE a.attrelid = ANY (relations) AND a.attnum > 0
    ), types AS MATERIALIZED (
        SELECT t.* FROM chronos.type_signature(ARRAY(SELECT DISTINCT c.atttypid FROM columns AS c WHERE NOT c.attisdropped)) AS t
    ), settings AS MATERIALIZED (
        SELECT string_agg(s.name || '=' || current_setting(s.name), E'\n' ORDER BY s.name) AS text
        FROM unnest('{server_encoding,client_encoding,DateStyle,IntervalStyle,TimeZone,extra_float_digits,bytea_output,xmlbinary,lc_monetary}'::text[]) AS s (name)
    ), described AS (
        SELECT c.attrelid,
               string_agg(row(c.attnum, c.attname, c.atttypid, c.atttypmod, c.attcollation, c.attisdropped, c.attgenerated,
                              c.attmissingval::text, t.signature)::text, E'\n' ORDER BY c.attnum) AS text,
               min(t.refusal) AS refusal
        FROM columns AS c LEFT JOIN types AS t ON t.type = c.atttypid AND NOT c.attisdropped
        GROUP BY c.attrelid
    )
    SELECT r.oid, pg_relation_filepath(r.oid),
           encode(sha256(convert_to(concat_ws(E'\n', s.text, d.text), getdatabaseencoding())), 'hex'),
           CASE WHEN r.relkind NOT IN ('r', 'm') THEN 'it holds no rows of its own'
                -- Rows of catalogues are also changed in place, by no transaction.
                WHEN r.oid < 16384 THEN 'it is a catalogue'
                WHEN r.relpersistence <> 'p' THEN 'it is temporary or unlogged'
                WHEN r.relam <> 2 THEN 'its access method is not heap'
                WHEN r.relfilenode IS DISTINCT FROM pg_relation_filenode(r.oid) THEN 'it was rewritten meanwhile'
                WHEN NOT has_table_privilege(r.oid, 'SELECT') THEN 'the role may not read all of it'
                ELSE d.refusal
           END
    FROM pg_class AS r CROSS JOIN settings AS s LEFT JOIN described AS d ON d.attrelid = r.oid
    WHERE r.oid = ANY (relations)
$$;
COMMENT ON FUNCTION chronos.reuse_facts(oid[]) IS
    'For each table its file, a hash of all that decides how its rows are written out (columns, types, settings), and why copies of its rows can never be used again; as the present snapshot sees it.';

-- Not dumped: what a restored database holds is another history.
CREATE TABLE chronos.snapshot_marker (
    id uuid PRIMARY KEY,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE chronos.snapshot_marker IS
    'One row for each of the last snapshots, written when its rows had been copied. Who sees the row has the history that the snapshot saw. Kept by chronos.write_snapshot_marker().';
GRANT SELECT ON chronos.snapshot_marker TO PUBLIC;
CREATE TRIGGER only_by_owner BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON chronos.snapshot_marker
    FOR EACH STATEMENT EXECUTE FUNCTION chronos.only_by_owner();
ALTER TABLE chronos.snapshot_marker ENABLE ALWAYS TRIGGER only_by_owner;

CREATE FUNCTION chronos.write_snapshot_marker(id uuid) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- The commit has to reach the disk, and no standby.
    PERFORM set_config('synchronous_commit', 'local', true);
    INSERT INTO chronos.snapshot_marker (id) VALUES (write_snapshot_marker.id);
    DELETE FROM chronos.snapshot_marker AS m
    WHERE m.id IN (SELECT o.id FROM chronos.snapshot_marker AS o ORDER BY o.written_at DESC, o.id OFFSET 200 FOR UPDATE SKIP LOCKED);
END
$$;
COMMENT ON FUNCTION chronos.write_snapshot_marker(uuid) IS
    'Marks the history of this database for a snapshot, in a transaction of its own that the caller commits. For the engine; a role that takes incremental snapshots needs EXECUTE.';
REVOKE ALL ON FUNCTION chronos.write_snapshot_marker(uuid) FROM PUBLIC;
