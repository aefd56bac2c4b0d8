-- Who may see whose statements: as in pg_stat_activity.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION chronos;
RESET client_min_messages;
CREATE ROLE regress_evidence_one;
CREATE ROLE regress_evidence_two;
CREATE ROLE regress_evidence_group ROLE regress_evidence_two;
GRANT CREATE ON SCHEMA public TO regress_evidence_one;
SELECT chronos.current_version() AS v \gset
SET ROLE regress_evidence_one;
CREATE TABLE of_one (a int DEFAULT 1);
COMMENT ON TABLE of_one IS 'said by one';
RESET ROLE;
CREATE TABLE of_superuser (a int);
SELECT number - :v AS number, statements FROM chronos.evidence WHERE number > :v + 1 ORDER BY 1;
-- one sees what one did, in all views of it
SET ROLE regress_evidence_one;
SELECT number - :v AS number, statements FROM chronos.history WHERE number BETWEEN :v + 2 AND :v + 4 ORDER BY 1;
SELECT part, statements FROM chronos.blame('of_one');
SELECT part, statements FROM chronos.blame('of_superuser') LIMIT 1;
SELECT count(*) = chronos.current_version() AS all_versions, bool_and(role IS NOT NULL) AS roles, bool_and(fingerprint IS NOT NULL) AS fingerprints FROM chronos.version;
SELECT chronos.resolve('current') = chronos.current_version() AS resolves, (chronos.head()).number = chronos.current_version() AS head,
    length(chronos.fingerprint()) AS fingerprint, (SELECT count(*) FROM chronos.diff(:v, :v + 2)) AS diff;
SELECT statements FROM chronos.version;
SELECT client_address FROM chronos.version;
SELECT statements FROM chronos.gap;
-- another sees that something was done, by whom and to what
SET ROLE regress_evidence_two;
SELECT number - :v AS number, role = 'regress_evidence_one' AS one, statements, added, changed FROM chronos.history WHERE number BETWEEN :v + 2 AND :v + 3 ORDER BY 1;
-- with the rights of the one, or those to see everything
RESET ROLE;
GRANT regress_evidence_one TO regress_evidence_group;
SET ROLE regress_evidence_two;
SELECT number - :v AS number, statements FROM chronos.history WHERE number > :v + 1 ORDER BY 1;
RESET ROLE;
REVOKE regress_evidence_one FROM regress_evidence_group;
GRANT pg_read_all_stats TO regress_evidence_two;
SET ROLE regress_evidence_two;
SELECT count(*) FILTER (WHERE '<insufficient privilege>' = ANY (statements)) AS hidden FROM chronos.history;
RESET ROLE;
-- a role that is gone
REVOKE pg_read_all_stats FROM regress_evidence_two;
DROP OWNED BY regress_evidence_one;
DROP ROLE regress_evidence_one;
SET ROLE regress_evidence_two;
SELECT count(*) FILTER (WHERE '<insufficient privilege>' = ANY (statements)) > 2 AS hidden FROM chronos.history;
RESET ROLE;
SET client_min_messages = warning;
DROP EXTENSION chronos;
DROP TABLE of_superuser;
DROP ROLE regress_evidence_two, regress_evidence_group;
