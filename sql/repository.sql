CREATE EXTENSION chronos;
-- The SQLSTATE and the message, without what depends on the machine.
CREATE FUNCTION refusal(url text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM chronos.add_repository('test', url);
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    RETURN sqlstate || ': ' || replace(sqlerrm, current_setting('data_directory'), 'DATA');
END
$$;
\pset tuples_only on
SELECT url, refusal(url) FROM (VALUES
    (NULL), (''), ('/srv/backup'), ('://x'), ('file:'), ('file://srv/backup'), ('file://host/srv'),
    ('file:///srv/%'), ('file:///srv/%zz'), ('file:///srv/%00'), ('file:///srv?x'), ('file:///srv#x'),
    ('s3://bucket/prefix?region=x'), ('https://example.org/x'), ('gopher://x')) AS t(url);
-- A secret is not repeated.
SELECT refusal(url) FROM (VALUES
    ('s3://AKIA:s3cr3t@bucket/x'), ('file://me:s3cr3t@/srv'), ('s3://bucket/x?secret_key=s3cr3t'),
    ('s3://bucket/x?X-Amz-Signature=s3cr3t')) AS t(url);
-- The directory, as the server sees it.
SELECT refusal('file:///nonexistent/a%20b');
SELECT refusal('FILE://localhost/nonexistent/"quoted" é');
SELECT refusal('file:///etc/passwd');
SELECT refusal('file:///etc/passwd/below');
SELECT refusal('file:///proc');
SELECT refusal('file://' || current_setting('data_directory'));
SELECT refusal('file://' || current_setting('data_directory') || '/base');
SELECT refusal('file://' || current_setting('data_directory') || '/../' || regexp_replace(current_setting('data_directory'), '.*/', '') || '/base/.');
SELECT refusal('file:///') ~ '^CH003: repository directory "/" contains the data directory$';
\pset tuples_only off
-- A tablespace is the server's as well.
\getenv builddir PG_ABS_BUILDDIR
\set space :builddir '/repository space'
\setenv SPACE :space
\! rm -rf "$SPACE"; mkdir -m 777 "$SPACE"
CREATE TABLESPACE repository_space LOCATION :'space';
SELECT replace(refusal('file://' || :'space'), :'space', 'SPACE') AS refused;
DROP TABLESPACE repository_space;
-- One that is good; on the data directory's device it is good but poor.
SET client_min_messages = error;
SELECT chronos.add_repository('my "repository"', 'file://' || :'space');
SELECT name, replace(url, replace(:'space', ' ', '%20'), 'SPACE') AS url FROM chronos.repository;
\set VERBOSITY terse
SELECT chronos.add_repository('my "repository"', 'file:///dev/shm');
SELECT chronos.add_repository('other', 'file://' || :'space');
SELECT chronos.add_repository('other', 'file://' || replace(:'space', ' ', '%20') || '/');
SELECT count(*) FROM chronos.repository;
SELECT chronos.add_repository('', 'file://' || :'space');
SELECT chronos.add_repository(repeat('x', 64), 'file://' || :'space');
SELECT chronos.remove_repository('nobody');
SELECT chronos.remove_repository('my "repository"');
SELECT count(*) FROM chronos.repository;
RESET client_min_messages;
\! rmdir "$SPACE"
-- Who may.
CREATE ROLE regress_repository;
SET ROLE regress_repository;
SELECT chronos.add_repository('x', 'file:///tmp');
SELECT chronos.remove_repository('x');
SELECT chronos.check_repository('file:///etc');
TABLE chronos.repository;
RESET ROLE;
DROP ROLE regress_repository;
DROP FUNCTION refusal;
DROP EXTENSION chronos;
