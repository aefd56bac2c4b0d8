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
