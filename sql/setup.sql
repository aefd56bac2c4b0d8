CREATE EXTENSION chronos;
SELECT chronos.library_version() = (SELECT extversion FROM pg_extension WHERE extname = 'chronos') AS same_version;
DROP EXTENSION chronos;
