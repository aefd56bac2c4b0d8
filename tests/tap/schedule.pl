# Schedules on real servers: runs that are due, missed, overlapping, failing, refused; commands; a
# standby; databases and roles that go.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use supervised_server;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $never = q('0 0 29 2 *', 'UTC');    # but for the times that the test sets
my $place = tempdir(CLEANUP => 1);
chmod 0755, $place;

sub schedule {
    my ($node, $name, $more, $database) = @_;
    return $node->safe_psql($database // 'postgres', "SELECT chronos.schedule('$name', $never" . ($more ? ", $more" : '') . ') IS NOT NULL');
}

sub due {
    my ($node, $name, $when) = @_;
    $when //= q(now() - interval '3 days');
    $node->safe_psql('postgres', "UPDATE chronos.schedule SET due_at = $when, next_run = $when WHERE name = '$name'");
}

sub column { my ($node, $name, $what) = @_; return $node->safe_psql('postgres', "SELECT $what FROM chronos.schedules WHERE name = '$name'"); }

sub becomes {
    my ($node, $name, $condition, $database) = @_;
    $node->poll_query_until($database // 'postgres', "SELECT coalesce((SELECT $condition FROM chronos.schedules WHERE name = '$name'), false)")
        or BAIL_OUT("never came true for $name: $condition; " . column($node, $name, 'schedules::text'));
}

sub runs_of { my ($node, $label) = @_; return $node->safe_psql('postgres', "SELECT count(*) FROM chronos.snapshots WHERE label = '$label'"); }

# At least one whole round of the launcher, at an interval of a second.
sub rounds_pass { select undef, undef, undef, 2.2; }

# --- without the library nothing runs, which is told
my $node = new_server('schedule', conf => "max_prepared_transactions = 2\nchronos.hook_timeout = 1\n");
my ($status, $out, $told) = $node->psql('postgres', "SELECT chronos.schedule('nightly', '\@hourly', 'UTC', label => 'wait nightly') > now()");
is($out, 't', 'without the library: the schedule is kept');
like($told, qr/WARNING:  schedule is kept, but nothing will run it\nDETAIL:  .*\nHINT:  Add chronos to shared_preload_libraries/, 'and it is told that nothing will run it');
is(column($node, 'nightly', 'state, problem'), 'waiting|nothing runs: chronos is not in shared_preload_libraries', 'chronos.schedules tells it as well');
due($node, 'nightly');
$node->stop;

# --- missed runs are made up once
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'chronos'\nchronos.launcher_interval = 1\n");
$node->start;
becomes($node, 'nightly', "last_result = 'success'");
rounds_pass();
is(runs_of($node, 'wait nightly'), '1', 'the 72 runs that a stopped server has missed are made up once');
is(column($node, 'nightly', q(next_run > now() AND next_run <= now() + interval '1 hour', state, problem IS NULL, consecutive_failures)), 't|waiting|t|0', 'and then it waits for the next');
is($node->safe_psql('postgres', q(SELECT s.requested_by = current_user, s.state, s.schedule FROM chronos.snapshots AS s JOIN chronos.schedules ON last_run = id)), 't|complete|nightly', 'the run is a snapshot as any other');

# --- notifications
{
    my ($in, $heard, $err) = ("LISTEN chronos_schedule;\nUPDATE chronos.schedule SET next_run = now() WHERE name = 'nightly';\n" . q{
        DO $$ BEGIN
            FOR attempt IN 1 .. 600 LOOP
                EXIT WHEN (SELECT count(*) FROM chronos.snapshot_run WHERE label = 'wait nightly' AND state = 'complete') = 2
                     AND EXISTS (SELECT FROM chronos.schedule WHERE name = 'nightly' AND run IS NULL);
                PERFORM pg_sleep(0.05);
            END LOOP;
        END $$;
        SELECT 1;
    }, '', '');
    IPC::Run::run(['psql', '-XAt', '-d', $node->connstr('postgres')], '<', \$in, '>', \$heard, '2>', \$err);
    like($heard, qr/notification "chronos_schedule" with payload "\{"event" : "success", "schedule" : "nightly", "snapshot" : "\d{8}T\d{6}Z-[0-9a-f]{8}", "error" : null/, 'a success is announced')
        or diag($err);
}

# --- overlap, cancel
schedule($node, 'slow', q(label => 'sleep slow', retries => 0));
due($node, 'slow');
becomes($node, 'slow', "state = 'running'");
wait_for($node, 'sleep slow', 'engine_pid IS NOT NULL');
due($node, 'slow');
becomes($node, 'slow', 'skipped = 1');
rounds_pass();
is(runs_of($node, 'sleep slow'), '1', 'a run that would overlap is not started');
is(column($node, 'slow', "state, skipped, current_run IS NOT NULL, next_run > now() + interval '1 hour'"), 'running|1|t|t', 'it is skipped, and the running one goes on');
my ($worker, $engine) = split /\|/, field($node, 'sleep slow', 'worker_pid, engine_pid');
$node->safe_psql('postgres', "SELECT pg_cancel_backend($worker)");
becomes($node, 'slow', 'consecutive_failures = 1');
is(column($node, 'slow', 'state, last_result, last_error'), 'waiting|failure|canceled by user request', 'a cancel ends it, without a retry where none is wanted');

# --- timeout
schedule($node, 'limited', q(label => 'sleep limited', retries => 0, timeout => '1s'));
due($node, 'limited');
becomes($node, 'limited', "last_result = 'failure'");
is(column($node, 'limited', 'last_error, last_hint'), 'it took longer than the timeout of its schedule (1 s)|Call chronos.schedule() with its name again and a longer timeout.', 'the timeout of the schedule holds');

# --- retry with back-off, commands
sub program {
    my ($name, $text) = @_;
    my $file = "$place/$name";
    append_to_file($file, "#!/bin/sh\n$text\n");
    chmod 0755, $file;
    return $file;
}
my $teller = program('teller', qq(env | sort > "$place/new"; printf '<%s>\\n' "\$@" >> "$place/new"; mv "$place/new" "$place/told.\$CHRONOS_ATTEMPT.\$CHRONOS_EVENT"));
schedule($node, 'broken', q(label => 'error broken', retries => 2, retry_delay => '1s'));
$node->safe_psql('postgres', "SELECT chronos.set_schedule_hooks('broken', ARRAY['$teller', 'two words', '\$(x) \"'], ARRAY['$teller'])");
due($node, 'broken');
becomes($node, 'broken', 'consecutive_failures = 3');
is(column($node, 'broken', 'state, last_error, last_hint'), 'waiting|the disk is full|Make space.', 'a failure is tried again as often as is wanted');
is($node->safe_psql('postgres', q{
    SELECT count(*), bool_and(gap IS NULL OR gap >= CASE n WHEN 2 THEN interval '1 s' ELSE interval '2 s' END)
    FROM (SELECT row_number() OVER w AS n, started_at - lag(finished_at) OVER w AS gap
          FROM chronos.snapshot_run WHERE label = 'error broken' WINDOW w AS (ORDER BY requested_at)) AS r}),
    '3|t', 'with a delay that grows');
sub told_in {
    my $file = "$place/told.$_[0]";
    for (1 .. 200) {
        last if -e $file;
        select undef, undef, undef, 0.05;
    }
    return -e $file ? slurp_file($file) : "no $file";
}
my $first = told_in('1.failure');
like($first, qr/^CHRONOS_ERROR=the disk is full$/m, 'the command is told the error');
like($first, qr/^CHRONOS_SCHEDULE=broken$/m, 'and the schedule');
like($first, qr/^CHRONOS_DATABASE=postgres$/m, 'and the database');
like($first, qr/^CHRONOS_SNAPSHOT=\d{8}T\d{6}Z-/m, 'and the snapshot');
like($first, qr/^CHRONOS_RETRY_AT=\d{4}-/m, 'and when it will be tried again');
like($first, qr/^<two words>\n<\$\(x\) ">$/m, 'its arguments are as they were given: no shell');
unlike($first, qr/^PG[A-Z]+=/m, "the server's own environment is not passed on");
like(told_in('3.failure'), qr/^CHRONOS_FAILURES=3\n.*^CHRONOS_RETRY_AT=$/ms, 'the last attempt: no further one');
schedule($node, 'broken', q(label => 'progress broken', retries => 2, retry_delay => '1s'));
due($node, 'broken');
becomes($node, 'broken', "last_result = 'success'");
is(column($node, 'broken', 'consecutive_failures, last_error IS NULL, has_success_hook'), '0|t|t', 'a success ends the count');
like(told_in('1.success'), qr/^CHRONOS_EVENT=success$/m, 'the command for successes is run');

# --- commands that fail
sub logs {
    my ($name, $command, $expected) = @_;
    my $from = -s $node->logfile;
    $node->safe_psql('postgres', "SELECT chronos.set_schedule_hooks('broken', on_success => '{$command}')");
    due($node, 'broken');
    for (1 .. 400) {
        last if substr(slurp_file($node->logfile), $from) =~ $expected;
        select undef, undef, undef, 0.05;
    }
    like(substr(slurp_file($node->logfile), $from), $expected, $name);
    becomes($node, 'broken', "state = 'waiting'");
}
logs('a command that fails', program('failing', 'echo "no route to host"; exit 7'), qr/WARNING:  command of schedule "broken" failed: it ended with exit status 7\n.*DETAIL:  It said: no route to host/);
logs('a command that is not there', '/nonexistent/program', qr/command of schedule "broken" failed: could not execute command "\/nonexistent\/program": No such file/);
logs('a command that does not end', program('endless', "echo \$\$ > $place/pid; sleep 600"), qr/command of schedule "broken" failed: it took longer than chronos.hook_timeout/);
ok(ended(split ' ', slurp_file("$place/pid")), 'nothing of it is left');
is(column($node, 'broken', 'last_result, consecutive_failures'), 'success|0', 'the schedule does not suffer from its command');

# --- what cannot start
my $url = $node->safe_psql('postgres', 'SELECT url FROM chronos.repository');
$node->safe_psql('postgres', "SELECT chronos.remove_repository('local')");
schedule($node, 'homeless', q(retries => 0));
due($node, 'homeless');
becomes($node, 'homeless', "last_result = 'failure'");
is(column($node, 'homeless', 'last_error, problem'), 'this database has no repository|every run fails: this database has no repository', 'a run without a repository fails and says why');
is($node->safe_psql('postgres', q(SELECT state, error FROM chronos.snapshots WHERE schedule = 'homeless')), 'failed|this database has no repository', 'and is listed with the snapshots');
$node->safe_psql('postgres', "SELECT chronos.add_repository('local', '$url'); CREATE ROLE operator LOGIN; GRANT EXECUTE ON FUNCTION chronos.schedule, chronos.snapshot TO operator");
$node->safe_psql('postgres', "SELECT chronos.schedule('orphan', $never, retries => 0)", extra_params => ['-U', 'operator']);
is(column($node, 'orphan', 'owner'), 'operator', 'a schedule belongs to the role that made it');
$node->safe_psql('postgres', 'DROP OWNED BY operator; DROP ROLE operator');
is(column($node, 'orphan', 'problem'), 'every run fails: the role that owns the schedule was dropped', 'a dropped role is told');
due($node, 'orphan');
becomes($node, 'orphan', 'consecutive_failures = 1');
like(column($node, 'orphan', 'last_error, last_hint'), qr/^role with OID \d+, which owns schedule "orphan", does not exist\|Call chronos.schedule\(\) with its name again/, 'its schedule fails, and says so');
schedule($node, 'orphan', q(label => 'taken over'));
due($node, 'orphan');
becomes($node, 'orphan', "last_result = 'success'");
is(runs_of($node, 'taken over'), '1', 'until another role takes it over');

# --- paused
$node->safe_psql('postgres', "SELECT chronos.pause_schedule('orphan')");
due($node, 'orphan');
rounds_pass();
is(runs_of($node, 'taken over'), '1', 'a paused schedule does not run');
is($node->safe_psql('postgres', "SELECT chronos.resume_schedule('orphan') > now()"), 't', 'and makes nothing up when it is resumed');

# --- a crash in the middle of a run
schedule($node, 'crash', q(label => 'sleep crash', retries => 1, retry_delay => '1s'));
due($node, 'crash');
wait_for($node, 'sleep crash', 'engine_pid IS NOT NULL');
$node->stop('immediate');
$node->start;
becomes($node, 'crash', "consecutive_failures = 1 AND state = 'running'");
is(runs_of($node, 'sleep crash'), '2', 'a run that a crash of the server has ended is tried again');
$node->safe_psql('postgres', "SELECT chronos.unschedule('crash')");
is($node->safe_psql('postgres', q(SELECT count(*) FROM chronos.snapshot_progress)), '1', 'the run of a schedule that is removed goes on');
$node->safe_psql('postgres', 'SELECT pg_cancel_backend(worker_pid) FROM chronos.snapshot_progress');

# --- a database that is renamed, or dropped
$node->safe_psql('postgres', 'CREATE DATABASE first_name');
my $second = tempdir(CLEANUP => 1);
$node->safe_psql('first_name', "CREATE EXTENSION chronos; SELECT chronos.add_repository('local', 'file://$second')");
schedule($node, 'there', q(label => 'report there'), 'first_name');
# The launcher's workers come and go.
sub until_free {
    my ($sql) = @_;
    for (1 .. 50) {
        my ($code) = $node->psql('postgres', $sql);
        return 1 if $code == 0;
        select undef, undef, undef, 0.1;
    }
    return 0;
}
ok(until_free('ALTER DATABASE first_name RENAME TO second_name'), 'a database with a schedule can be renamed');
$node->safe_psql('second_name', 'UPDATE chronos.schedule SET next_run = now()');
becomes($node, 'there', "last_result = 'success'", 'second_name');
is($node->safe_psql('second_name', "SELECT progress ->> 'database' FROM chronos.snapshot_run"), 'second_name', 'its schedule goes on under the new name');

# --- a worker that is busy
$node->append_conf('postgresql.conf', 'chronos.hook_timeout = 60');
$node->reload;
my $waiting = program('waiting', "echo \$\$ > $place/waiting.pid; while [ ! -e $place/go ]; do sleep 0.1; done");
$node->safe_psql('second_name', "SELECT chronos.remove_repository('local'); SELECT chronos.set_schedule_hooks('there', ARRAY['$waiting']); UPDATE chronos.schedule SET next_run = now()");
$node->poll_query_until('second_name', q(SELECT last_result = 'failure' FROM chronos.schedules)) or BAIL_OUT('the run was not refused');
for (1 .. 2) {
    $node->safe_psql('postgres', "UPDATE chronos.schedule SET last_result = NULL, next_run = now() WHERE name = 'nightly'");
    becomes($node, 'nightly', "last_result = 'success'");
}
ok(kill(0, slurp_file("$place/waiting.pid")), 'a worker that is busy in one database does not hold up the schedules of another');
append_to_file("$place/go", '');
ok(ended(split ' ', slurp_file("$place/waiting.pid")), 'and it is not disturbed');
ok(until_free('DROP DATABASE second_name'), 'a database with a schedule can be dropped');
due($node, 'nightly');
becomes($node, 'nightly', 'next_run > now() AND last_finished_at > now() - interval \'20 s\'');
pass('the other schedules go on');

# --- a standby
$node->safe_psql('postgres', q(SELECT chronos.unschedule(name) FROM chronos.schedules));
schedule($node, 'moving', q(label => 'moving'));
# A launcher on the standby alone, so that the primary cannot be quicker.
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''\n");
$node->restart;
$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('schedule_standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->append_conf('postgresql.conf', "shared_preload_libraries = 'chronos'\n");
$standby->start;
due($node, 'moving');
$node->wait_for_catchup($standby);
$node->stop('immediate');
rounds_pass();
is($standby->safe_psql('postgres', q(SELECT state, problem, last_result IS NULL FROM chronos.schedules)), 'waiting|this server is a standby: nothing runs until it is promoted|t', 'on a standby nothing happens, and chronos.schedules says so');
is($standby->safe_psql('postgres', q(SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'chronos%')), '0', 'no worker runs there');
like(failure_of($standby, "SELECT chronos.pause_schedule('moving')"), qr/25006: cannot execute .* in a read-only transaction|25006/, 'nothing can be changed there');
$standby->promote;
becomes($standby, 'moving', "last_result = 'success'");
is(runs_of($standby, 'moving'), '1', 'after promotion it goes on, and makes up what it missed');
no_crash($standby, 0, 'no crash in the log of the standby');
no_crash($node);
$standby->stop;
done_testing();
