-- Drills: snapshots that were restored into a scratch database, compared and checked. Not dumped, as
-- chronos.repository.
CREATE TABLE chronos.drill (
    nr bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    snapshot text NOT NULL,
    repository text NOT NULL,
    database text NOT NULL,
    started_at timestamptz NOT NULL,
    seconds double precision NOT NULL,
    restore_seconds double precision NOT NULL,
    tables bigint NOT NULL,
    rows bigint NOT NULL,
    plain_bytes bigint NOT NULL,
    indexes bigint NOT NULL,
    problems text[] NOT NULL,
    recorded_by text NOT NULL DEFAULT session_user
);
COMMENT ON TABLE chronos.drill IS 'Drills as `chronosctl drill` recorded them; read chronos.drills instead.';

CREATE VIEW chronos.drills AS
SELECT d.nr, d.snapshot, d.repository, d.started_at, d.problems = '{}' AS passed,
       d.restore_seconds, d.seconds, d.tables, d.rows, d.plain_bytes, d.indexes, d.problems, d.recorded_by
FROM chronos.drill d
ORDER BY d.nr;
COMMENT ON VIEW chronos.drills IS
    'Snapshots of this database that were restored on trial: whether every table had the snapshot''s content and every index agreed with its table, and how long a restore takes.';
GRANT SELECT ON chronos.drills TO pg_read_all_stats;

CREATE FUNCTION chronos.record_drill(report jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO chronos.drill (snapshot, repository, database, started_at, seconds, restore_seconds, tables, rows, plain_bytes, indexes, problems)
    SELECT r.snapshot, r.repository, r.database, r.started_at, r.seconds, r.restore_seconds, r.tables, r.rows, r.plain_bytes, r.indexes, r.problems
    FROM jsonb_populate_record(NULL::chronos.drill, report) r
    RETURNING nr INTO made;
    RETURN made;
END
$$;
COMMENT ON FUNCTION chronos.record_drill(jsonb) IS
    'Keeps what `chronosctl drill --json` printed: members named as the columns of chronos.drill.';
REVOKE ALL ON FUNCTION chronos.record_drill(jsonb) FROM PUBLIC;
