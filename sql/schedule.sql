SET client_min_messages = error;
CREATE EXTENSION chronos;
SET TimeZone = 'UTC';
SET datestyle = 'ISO';
\set VERBOSITY terse
-- When an expression comes true.
SELECT cron, chronos.next_run(cron, '2026-11-27 10:51:14+00', 'UTC') AS next FROM (VALUES
    ('30 3 * * *'), ('*/15 * * * *'), ('0 0 * JAN,mar MON-FRI'), ('0 12 1-7 * SUN'), ('0 0 29 2 *'),
    ('@hourly'), ('@daily'), ('@weekly'), ('@monthly'), ('@yearly'), ('0 0 30 2 *')) AS c (cron);
SELECT chronos.next_run('0 3 * * *', '2026-01-01 03:00:00+00', 'UTC') AS strictly_after,
       chronos.next_run('0 3 * * *', '2026-01-01 02:59:59.999999+00', 'UTC') AS this_one;
-- Clocks that are put forward and back: skipped times come once after the gap, repeated ones once.
SELECT zone, chronos.next_run('30 2 * * *', after, zone) AS first,
       chronos.next_run('30 2 * * *', chronos.next_run('30 2 * * *', after, zone), zone) AS second
FROM (VALUES ('Europe/Berlin', '2026-03-28 12:00+00'::timestamptz), ('Europe/Berlin', '2026-10-24 12:00+00'),
             ('europe/london', '2026-10-24 12:00+00'), ('America/New_York', '2050-03-12 12:00+00'),
             ('Australia/Lord_Howe', '2026-10-03 00:00+00'), ('Asia/Kolkata', '2026-10-03 00:00+00'),
             ('Pacific/Apia', '2011-12-28 20:00+00')) AS v (zone, after);
SELECT chronos.next_run('@daily', 'infinity'), chronos.next_run('@daily', '4713-01-01 BC'), chronos.next_run('@daily', '294000-01-01'),
       chronos.next_run(NULL) IS NULL AS of_null, chronos.next_run('* * * * *') > now() AS from_now;
-- What is wrong, and in which field.
CREATE FUNCTION refusal(cron text, zone text DEFAULT 'UTC') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN chronos.next_run(cron, now(), zone)::text;
EXCEPTION WHEN OTHERS THEN
    RETURN sqlstate || ': ' || sqlerrm;
END
$$;
SELECT refusal(cron) FROM (VALUES (''), ('* * * *'), ('60 * * * *'), ('* * * FEBRUARY *'), ('*/0 * * * *'), ('* 5/2 * * *'),
    ('* * 20-10 * *'), ('@reboot'), ('* * * * 8'), (repeat('é', 1000))) AS c (cron);
SELECT refusal('@daily', 'Mars/Olympus');
DROP FUNCTION refusal;
-- A schedule.
SELECT chronos.schedule('nightly', '30 3 * * *', 'europe/berlin') > now() AS later;
SELECT name, cron, time_zone, owner = current_user AS mine, state, next_run > now() AS later, last_result, consecutive_failures, skipped, jitter, timeout,
       retries, retry_delay, has_failure_hook, CASE WHEN problem IN ('nothing runs: chronos is not in shared_preload_libraries', 'every run fails: this database has no repository')
       THEN 'told' ELSE problem END AS problem
FROM chronos.schedules;
SELECT next_run = chronos.next_run('30 3 * * *', time_zone => 'Europe/Berlin') AS at_its_time FROM chronos.schedules;
SELECT chronos.schedule('nightly', '@hourly', 'UTC', label => 'é', jitter => '10 minutes', timeout => '1 hour', retries => 0, retry_delay => '5s')
    BETWEEN chronos.next_run('@hourly', time_zone => 'UTC') AND chronos.next_run('@hourly', time_zone => 'UTC') + interval '10 minutes' AS delayed;
SELECT name, cron, label, jitter, timeout, retries, retry_delay FROM chronos.schedules;
-- What is refused.
SELECT chronos.schedule('', '@daily');
SELECT chronos.schedule(NULL, '@daily');
SELECT chronos.schedule(repeat('x', 64), '@daily');
SELECT chronos.schedule('x', NULL);
SELECT chronos.schedule('x', '@never');
SELECT chronos.schedule('x', '0 0 31 2 *', 'UTC');
SELECT chronos.schedule('x', '@daily', 'Nowhere');
SELECT chronos.schedule('x', '@daily', 'UTC+3');
SELECT chronos.schedule('x', '@daily', NULL);
SELECT chronos.schedule('x', '@daily', 'UTC', label => repeat('é', 32));
SELECT chronos.schedule('x', '@daily', 'UTC', label => E'a\nb');
SELECT chronos.schedule('x', '@daily', 'UTC', jitter => '2 days');
SELECT chronos.schedule('x', '@daily', 'UTC', timeout => '-1s');
SELECT chronos.schedule('x', '@daily', 'UTC', retries => 101);
SELECT chronos.schedule('x', '@daily', 'UTC', retry_delay => '0');
SELECT count(*) FROM chronos.schedule;
-- Pausing.
SELECT chronos.pause_schedule('nightly');
SELECT state, next_run FROM chronos.schedules;
SELECT chronos.resume_schedule('nightly') > now() AS later;
SELECT state, next_run > now() AS later FROM chronos.schedules;
SELECT chronos.pause_schedule('weekly');
SELECT chronos.resume_schedule('weekly');
-- Commands.
SELECT chronos.set_schedule_hooks('nightly', on_failure => '{mail}');
SELECT chronos.set_schedule_hooks('nightly', on_failure => '{/bin/echo,NULL}');
SELECT chronos.set_schedule_hooks('nightly', on_failure => '{{/bin/echo,x}}');
SELECT chronos.set_schedule_hooks('nightly', on_success => '{}');
SELECT chronos.set_schedule_hooks('weekly', '{/bin/true}');
SELECT chronos.set_schedule_hooks('nightly', '{/bin/false,"two words"}', '{/bin/true}');
SELECT has_failure_hook, has_success_hook FROM chronos.schedules;
-- Runs, by hand; in a transaction, so that no launcher interferes.
CREATE FUNCTION set_due(due timestamptz) RETURNS void LANGUAGE sql AS
    $$UPDATE chronos.schedule SET due_at = due, next_run = due$$;
SELECT chronos.schedule('nightly', '0 0 29 2 *', 'UTC', retries => 2, retry_delay => '10s') IS NOT NULL AS changed;
BEGIN;
SELECT count(*) FROM chronos.claim_schedules();
SELECT set_due(now() - interval '3 days');
SELECT id ~ '^\d{8}T\d{6}Z-[0-9a-f]{8}$' AS id, lock_key = chronos.run_lock_key(id) AS key, label, owner::regrole::text = current_user AS mine, timeout FROM chronos.claim_schedules();
SELECT state, next_run > now() AS made_up_once FROM chronos.schedules;
SELECT count(*) AS not_twice FROM chronos.claim_schedules();
SELECT set_due(now());
SELECT count(*) AS not_beside FROM chronos.claim_schedules();
SELECT skipped FROM chronos.schedules;
-- The worker that claimed it has gone.
SELECT * FROM chronos.settle_schedules() WHERE value !~ '^CHRONOS_(DATABASE|SNAPSHOT|RETRY_AT|NEXT_RUN)=';
SELECT state, last_result, last_error, consecutive_failures, next_run - now() BETWEEN '9s' AND '11s' AS soon FROM chronos.schedules;
-- Tried again, with the delay doubled.
UPDATE chronos.schedule SET retry_at = now();
SELECT count(*) FROM chronos.claim_schedules();
INSERT INTO chronos.snapshot_run (id, state, requested_by, requested_at, finished_at, code, error, hint)
    SELECT run, 'failed', 'x', now(), now(), 'timeout', 'it took too long', 'Wait.' FROM chronos.schedule;
SELECT count(*) > 0 AS told FROM chronos.settle_schedules();
SELECT state, last_error, last_hint, consecutive_failures, next_run - now() BETWEEN '19s' AND '21s' AS later FROM chronos.schedules;
UPDATE chronos.schedule SET retry_at = now();
SELECT count(*) FROM chronos.claim_schedules();
INSERT INTO chronos.snapshot_run (id, state, requested_by, requested_at) SELECT run, 'running', 'x', now() FROM chronos.schedule;
SELECT count(*) FROM chronos.settle_schedules();  -- lost
SELECT state, last_error, consecutive_failures FROM chronos.schedules;
-- The next one succeeds.
SELECT set_due(now());
SELECT count(*) FROM chronos.claim_schedules();
INSERT INTO chronos.snapshot_run (id, state, requested_by, requested_at, finished_at) SELECT run, 'complete', 'x', now(), now() FROM chronos.schedule;
SELECT part, value FROM chronos.settle_schedules() WHERE value ~ '^/|EVENT|ATTEMPT|FAILURES|ERROR|RETRY';
SELECT state, last_result, last_error, consecutive_failures, last_finished_at = now() AS finished FROM chronos.schedules;
-- A clock that is set back: a daily run is not repeated, an hourly one goes on, and nothing waits for years.
SELECT chronos.unschedule('nightly');
SELECT chronos.schedule(name, cron, 'UTC') IS NOT NULL AS made
FROM (VALUES ('daily', to_char(now() + interval '30 minutes', 'FMMI FMHH24') || ' * * *'), ('hourly', '@hourly'), ('years', '@daily')) AS v (name, cron);
-- It has just been, at half an hour from now.
UPDATE chronos.schedule SET seen_at = now() + interval '31 minutes', due_at = due_at + interval '1 day', next_run = due_at + interval '1 day' WHERE name = 'daily';
UPDATE chronos.schedule SET seen_at = now() + interval '3 hours', due_at = date_trunc('hour', now()) + interval '4 hours', next_run = due_at WHERE name = 'hourly';
UPDATE chronos.schedule SET seen_at = now() + interval '4 years', due_at = date_trunc('day', now() + interval '4 years 1 day'), next_run = due_at WHERE name = 'years';
SELECT count(*) FROM chronos.claim_schedules();
SELECT name, next_run - now() <= CASE name WHEN 'hourly' THEN interval '61 minutes' ELSE interval '49 hours' END AS no_stall,
       next_run - now() > CASE name WHEN 'daily' THEN interval '24 hours' ELSE '0' END AS no_repeat FROM chronos.schedules;
ROLLBACK;
-- A role that is dropped or may no more.
CREATE ROLE regress_schedule;
SET ROLE regress_schedule;
SELECT chronos.schedule('x', '@daily');
TABLE chronos.schedules;
TABLE chronos.schedule;
SELECT chronos.unschedule('nightly');
SELECT chronos.settle_schedules();
RESET ROLE;
GRANT EXECUTE ON FUNCTION chronos.schedule, chronos.set_schedule_hooks TO regress_schedule;
SET ROLE regress_schedule;
SELECT chronos.schedule('theirs', '@daily', 'UTC');
RESET ROLE;
GRANT EXECUTE ON FUNCTION chronos.snapshot TO regress_schedule;
SET ROLE regress_schedule;
SELECT chronos.schedule('theirs', '@daily', 'UTC') IS NOT NULL AS made;
SELECT chronos.set_schedule_hooks('theirs', '{/bin/true}');
RESET ROLE;
SELECT owner FROM chronos.schedules WHERE name = 'theirs';
SELECT chronos.unschedule('nightly');
SELECT chronos.unschedule('nightly');
BEGIN;
REVOKE EXECUTE ON FUNCTION chronos.snapshot FROM regress_schedule;
SELECT set_due(now());
SELECT count(*) FROM chronos.claim_schedules();
SELECT count(*) FROM chronos.settle_schedules();
SELECT last_result, last_error, last_hint FROM chronos.schedules;
ROLLBACK;
DROP OWNED BY regress_schedule;
DROP ROLE regress_schedule;
SELECT owner ~ '^\d+$' AS by_number, name FROM chronos.schedules;
BEGIN;
SELECT set_due(now());
SELECT count(*) FROM chronos.claim_schedules();
SELECT count(*) FROM chronos.settle_schedules();
SELECT last_result, regexp_replace(last_error, '\d+', 'N') AS last_error FROM chronos.schedules;
ROLLBACK;
SELECT chronos.schedule('theirs', '@daily', 'UTC') IS NOT NULL AS taken_over;
SELECT owner = current_user AS mine FROM chronos.schedules;
DROP FUNCTION set_due;
DROP EXTENSION chronos;
