# Ten changes to the schema of Zabbix, of every sort that people make.
package real_changes;
use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw(real_changes);

# Name and SQL of each, in order.
sub real_changes {
    return (
    'a column with default and comment' => q{
        ALTER TABLE hosts ADD COLUMN site text NOT NULL DEFAULT 'main';
        COMMENT ON COLUMN hosts.site IS 'where it stands';},
    'tables with every sort of constraint' => q{
        CREATE TYPE severity AS ENUM ('low', 'high');
        CREATE DOMAIN percentage AS numeric(5, 2) CHECK (VALUE BETWEEN 0 AND 100);
        CREATE TABLE review (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            hostid bigint NOT NULL REFERENCES hosts ON DELETE CASCADE, level severity DEFAULT 'low',
            done percentage, span tsrange, half numeric GENERATED ALWAYS AS (done / 2) STORED,
            UNIQUE (hostid, level) DEFERRABLE, CHECK (done > 0) NO INHERIT, EXCLUDE USING gist (span WITH &&));
        CREATE TABLE note (LIKE review INCLUDING ALL, author text COLLATE "C");},
    'views over views, granted to a role' => q{
        CREATE ROLE reader;
        CREATE VIEW open_review AS SELECT r.id, h.host, h.site, r.level FROM review r JOIN hosts h USING (hostid);
        CREATE VIEW by_host AS SELECT h.hostid, h.host, count(*) AS n FROM hosts h JOIN review USING (hostid) GROUP BY h.hostid;
        CREATE MATERIALIZED VIEW busy AS SELECT host, n FROM by_host WHERE n > 1;
        CREATE UNIQUE INDEX busy_host ON busy (host);
        GRANT SELECT ON open_review, busy TO reader;
        GRANT SELECT (hostid, host), UPDATE (site) ON hosts TO reader WITH GRANT OPTION;},
    'renames below the views' => q{
        ALTER TABLE hosts RENAME COLUMN site TO place;
        ALTER TABLE review RENAME TO audit;
        ALTER TYPE severity RENAME VALUE 'low' TO 'small';},
    'partitions' => q{
        CREATE TABLE event_log (id bigint, at timestamptz NOT NULL, kind severity, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
        CREATE TABLE event_2025 PARTITION OF event_log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
        CREATE TABLE event_other (at timestamptz NOT NULL, kind severity, id bigint NOT NULL);
        ALTER TABLE event_log ATTACH PARTITION event_other DEFAULT;
        CREATE INDEX event_kind ON event_log (kind) WHERE kind = 'high';},
    'functions and triggers' => q{
        CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.at := now(); RETURN NEW; END';
        CREATE FUNCTION hosts_of(p text) RETURNS SETOF hosts LANGUAGE sql STABLE BEGIN ATOMIC SELECT * FROM hosts WHERE place = p; END;
        CREATE PROCEDURE tidy(INOUT n int) LANGUAGE sql AS 'SELECT 1';
        CREATE AGGREGATE longest(text) (SFUNC = textcat, STYPE = text);
        CREATE TRIGGER stamp BEFORE INSERT OR UPDATE OF kind ON event_log FOR EACH ROW WHEN (NEW.kind = 'high') EXECUTE FUNCTION stamp();
        ALTER TABLE event_2025 DISABLE TRIGGER stamp;
        REVOKE EXECUTE ON FUNCTION hosts_of FROM PUBLIC;},
    'row security and rules' => q{
        ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON audit FOR SELECT TO reader USING (level = 'small' AND hostid IN (SELECT hostid FROM hosts));
        CREATE RULE quiet AS ON DELETE TO note DO INSTEAD NOTHING;
        CREATE STATISTICS host_facts (dependencies) ON host, status FROM hosts;},
    'other indexes, other constraints' => q{
        DROP INDEX hosts_1;
        CREATE INDEX hosts_lower ON hosts (lower(host) text_pattern_ops) INCLUDE (status) WITH (fillfactor = 70);
        ALTER TABLE items ALTER COLUMN username TYPE text, ALTER COLUMN username SET STATISTICS 500, SET (autovacuum_enabled = false);
        ALTER TABLE audit ADD CONSTRAINT later CHECK (id > 0) NOT VALID;
        ALTER TABLE audit REPLICA IDENTITY FULL;},
    'another schema and another owner' => q{
        CREATE SCHEMA archive AUTHORIZATION reader;
        ALTER TABLE audit SET SCHEMA archive;
        ALTER VIEW open_review OWNER TO reader;
        ALTER SEQUENCE archive.review_id_seq RESTART WITH 100 INCREMENT BY 5;
        ALTER DEFAULT PRIVILEGES IN SCHEMA archive GRANT SELECT ON TABLES TO PUBLIC;},
    'much dropped at once' => q{
        DROP TABLE archive.audit CASCADE;
        ALTER TABLE event_log DETACH PARTITION event_other;
        ALTER TABLE hosts DROP COLUMN place CASCADE;
        DROP TABLE housekeeper, events CASCADE;},
    );
}

1;
