#!/bin/sh
# The first start of the container: extension, repository and schedule. The official image runs it once, when it has
# made the cluster. What is there already stays as it is, so it may be run again, as on a cluster that is older:
#   docker compose exec -u postgres database /docker-entrypoint-initdb.d/10-chronos.sh
# Environment: POSTGRES_USER, POSTGRES_DB as of the official image; CHRONOS_REPOSITORY, a URL, and CHRONOS_SCHEDULE, a
# cron expression in UTC; an empty one makes none.
set -eu
user=${POSTGRES_USER:-postgres}
psql --no-psqlrc --quiet --no-password --set=ON_ERROR_STOP=1 --single-transaction --output=/dev/null \
    --username="$user" --dbname="${POSTGRES_DB:-$user}" \
    --set=repository="${CHRONOS_REPOSITORY-file:///var/lib/chronos/repository}" \
    --set=schedule="${CHRONOS_SCHEDULE-30 * * * *}" <<'SQL'
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS chronos;
SELECT chronos.add_repository('main', :'repository')
WHERE :'repository' <> '' AND NOT EXISTS (SELECT FROM chronos.repository);
SELECT chronos.schedule('first', :'schedule', time_zone => 'UTC')
WHERE :'schedule' <> '' AND NOT EXISTS (SELECT FROM chronos.schedules);
SQL
