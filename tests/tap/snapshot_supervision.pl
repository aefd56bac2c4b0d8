# How a snapshot's engine is watched, ended and accounted for; with and without preloading.
use strict;
use warnings;
use File::Spec;
use FindBin;
use lib $FindBin::Bin;
use supervised_server;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

sub snapshot { my ($label, $more) = @_; return "SELECT chronos.snapshot('$label'" . ($more // '') . ')'; }

sub completes {
    my $node = shift;
    my $id = $node->safe_psql('postgres', snapshot('progress'));
    like($id, qr/^\d{8}T\d{6}Z-[0-9a-f]{8}$/, 'the id is returned when the snapshot is complete');
    is($node->safe_psql('postgres', "SELECT label, state, requested_by, tables, rows, error IS NULL, finished_at >= started_at FROM chronos.snapshots WHERE id = '$id'"),
        "progress|complete|" . field($node, 'progress', 'current_user') . '|3|7|t|t', 'it is listed with its figures');
    my $quiet = $node->safe_psql('postgres', 'SELECT chronos.snapshot()');
    is($node->safe_psql('postgres', "SELECT label IS NULL, state FROM chronos.snapshots WHERE id = '$quiet'"), 't|complete', 'a label is not needed');
    is($node->safe_psql('postgres', 'BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY; SELECT count(*) > 0 FROM pg_class; ' . snapshot('wait') . ' IS NOT NULL; COMMIT'),
        "t\nt", 'a read-only transaction with an old snapshot sees its result');
    my ($status, $out, $warnings) = $node->psql('postgres', snapshot('warn'));
    like($warnings, qr/^psql:\S+ WARNING:  snapshot: unlogged table "x" is empty after a crash\npsql:\S+ WARNING:  snapshot: second$/, "the engine's warnings are passed on");
    $node->safe_psql('postgres', snapshot('flood'));
    is(field($node, 'flood', "progress ->> 'rows'"), '50000', 'a flood of progress keeps the last report');
}

sub returns_at_once {
    my $node = shift;
    my $id = $node->safe_psql('postgres', snapshot('progress sleep', ', wait => false'));
    is($node->safe_psql('postgres', "SELECT state FROM chronos.snapshots WHERE id = '$id'"), 'running', 'a snapshot that is not waited for is listed as running at once');
    wait_for($node, 'progress sleep', "progress ->> 'rows' = '3'");
    is($node->safe_psql('postgres', "SELECT phase, tables_done, tables_total, bytes_done, bytes_total, rows, percent, elapsed >= '0' FROM chronos.snapshot_progress"),
        'data|3|4|300|400|3|75.0|t', 'progress can be seen while it runs');
    my ($worker, $engine) = split /\|/, field($node, 'progress sleep', 'worker_pid, engine_pid');
    is($node->safe_psql('postgres', "SELECT backend_type, backend_xid IS NULL AND backend_xmin IS NULL FROM pg_stat_activity WHERE pid = $worker"),
        'chronos job worker|t', 'the worker holds no snapshot and no transaction while the engine runs');
    $node->safe_psql('postgres', "SELECT pg_cancel_backend($worker)");
    wait_for($node, 'progress sleep', "state = 'failed'");
    is(field($node, 'progress sleep', 'code, error'), 'cancelled|canceled by user request', 'pg_cancel_backend on the worker ends it with the reason');
    ok(ended($worker, $engine), 'worker and engine have gone');
    is($node->safe_psql('postgres', 'SELECT count(*) FROM chronos.snapshot_progress'), '0', 'nothing runs');
}

sub worker_is_terminated {
    my $node = shift;
    $node->safe_psql('postgres', snapshot('sleep', ', false'));
    wait_for($node, 'sleep', 'engine_pid IS NOT NULL');
    my ($worker, $engine) = split /\|/, field($node, 'sleep', 'worker_pid, engine_pid');
    $node->safe_psql('postgres', "SELECT pg_terminate_backend($worker)");
    wait_for($node, 'sleep', "state = 'failed'");
    is(field($node, 'sleep', 'code, error'), 'cancelled|terminated by administrator command or server shutdown', 'pg_terminate_backend on the worker ends it with the reason');
    ok(ended($worker, $engine), 'worker and engine have gone');
}

# NAME, SQL of the waiting session, what ends the wait, what the session is told
sub waiting_session_ends {
    my ($node, $name, $before, $end, $told) = @_;
    my $label = "wait sleep $name";
    my $client = start_in_background($node, "$before\n" . snapshot($label));
    wait_for($node, $label, 'engine_pid IS NOT NULL');
    my ($worker, $engine) = split /\|/, field($node, $label, 'worker_pid, engine_pid');
    $node->safe_psql('postgres', "SELECT $end($client->{pid})") if $end;
    $client->{session}->finish;
    like(${ $client->{err} }, $told, "$name: the session is told");
    wait_for($node, $label, "state = 'failed'");
    is(field($node, $label, 'code, error'), 'cancelled|canceled by user request', "$name: the snapshot failed for that reason");
    ok(ended($worker, $engine), "$name: worker and engine have gone");
}

sub time_limit {
    my $node = shift;
    like(failure_of($node, "SET chronos.snapshot_timeout = '1s'; " . snapshot('progress closed')),
        qr/CH002: snapshot \S+ failed: it took longer than chronos.snapshot_timeout \(1 s\)\nHINT:  Raise/, 'the time limit of the calling session holds, for a silent engine as well');
    is(field($node, 'progress closed', 'code, state'), 'timeout|failed', 'and is recorded');
}

sub stubborn_engine {
    my $node = shift;
    my $label = 'ignore fork sleep';
    $node->safe_psql('postgres', snapshot($label, ', false'));
    wait_for($node, $label, 'engine_pid IS NOT NULL');
    my ($worker, $engine) = split /\|/, field($node, $label, 'worker_pid, engine_pid');
    my @group;
    for (1 .. 200) {
        @group = members($engine);
        last if @group > 1;
        select undef, undef, undef, 0.05;
    }
    is(scalar @group, 2, 'the engine has a child in its process group');
    $node->safe_psql('postgres', "SELECT pg_cancel_backend($worker)");
    wait_for($node, $label, "state = 'failed'");
    ok(ended($worker, @group), 'an engine that ignores SIGTERM is killed with its children');
    is(field($node, $label, 'error'), 'canceled by user request', 'the reason is the cancel, not the kill');
}

sub engine_fails {
    my $node = shift;
    my %says = (
        error => qr/CH002: snapshot \S+ failed: the disk is full\nDETAIL:  The "detail".\nHINT:  Make space./,
        garbage => qr/CH002: .*: engine wrote a line that is not an event\nDETAIL:  It begins with: Segmentation fault, not JSON\nHINT:  chronos.engine_path/,
        binary => qr/CH002: .*: invalid byte sequence for encoding "UTF8": 0xff\nHINT:  chronos.engine_path/,
        long => qr/CH002: .*: engine wrote a line that is too long\nDETAIL:  The limit is 65536 bytes/,
        other => qr/CH002: .*: engine reported another snapshot than the one it was asked for/,
        silent => qr/CH002: .*: the engine ended with exit status 0 and no report of success\nHINT:  The server log/,
        exit => qr/CH002: .*: the engine ended with exit status 5 and no report of success/,
        'progress late' => qr/CH002: .*: the engine ended with exit status 3 and no report of success/,
        kill => qr/CH002: .*: the engine was killed by signal 9: Killed\nHINT:  The kernel log says if memory ran out/,
        segv => qr/CH002: .*: the engine was killed by signal 11: Segmentation fault/,
    );
    for my $label (sort keys %says) {
        like(failure_of($node, snapshot($label)), $says{$label}, "engine: $label");
        is($node->safe_psql('postgres', "SELECT state, finished_at IS NOT NULL, tables FROM chronos.snapshots WHERE label = '$label'"), 'failed|t|', "engine: $label: listed as failed");
    }
    ok(ended(split /\n/, $node->safe_psql('postgres', 'SELECT engine_pid FROM chronos.snapshot_run')), 'no engine is left');
}

sub engine_surroundings {
    my $node = shift;
    $node->safe_psql('postgres', "SET chronos.snapshot_jobs = 3; " . snapshot('report'));
    my $progress = sub { field($node, 'report', "progress ->> '$_[0]'") };
    is($progress->('files'), '0 1 2', 'the engine has no descriptors but the standard ones');
    like($progress->('signals'), qr/SigBlk: 0+ /, 'no signal is blocked');
    is($progress->('group'), 'leader', 'it leads a process group');
    like($progress->('names'), qr/\bLANG LC_ALL PATH PGAPPNAME PGDATABASE PGHOST PGPORT PGUSER\b/, 'its environment is what it needs');
    is($progress->('path'), $node->config_data('--bindir'), "the server's programs come first");
    is($progress->('role'), field($node, 'report', '(SELECT rolname FROM pg_authid WHERE oid = 10)'), 'it connects as the bootstrap superuser');
    like($progress->('arguments'), qr{^snapshot --engine --id \d{8}T\d{6}Z-[0-9a-f]{8} --expect-version \S+ --jobs 3 --label report --repository file:///\S+$}, 'its arguments');
}

sub odd_labels {
    my $node = shift;
    my $longest = 'silent \'"$(x)' . 'é' x 25;    # 63 bytes
    my $odd = $node->safe_psql('postgres', "SELECT octet_length('" . ($longest =~ s/'/''/gr) . "')");
    is($odd, 63, 'the label has 63 bytes');
    my $quoted = $longest =~ s/'/''/gr;
    failure_of($node, "SELECT chronos.snapshot('$quoted')");
    is($node->safe_psql('postgres', "SELECT count(*) FROM chronos.snapshots WHERE label = '$quoted'"), '1', 'a label with quotes and unicode is kept as it is');
    like(failure_of($node, "SELECT chronos.snapshot('${quoted}x')"), qr/22023: snapshot label must have 1 to 63 bytes/, 'a longer one is refused');
    like(failure_of($node, "SELECT chronos.snapshot('')"), qr/22023: snapshot label must have/, 'an empty one is refused');
    like(failure_of($node, "SELECT chronos.snapshot(E'a\\nb')"), qr/22023: snapshot label must have/, 'one with a line feed is refused');
}

sub odd_databases {
    my $node = shift;
    my $name = 'odd "é\' db';
    $node->safe_psql('postgres', q{CREATE DATABASE "odd ""é' db" ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'});
    my $url = $node->safe_psql('postgres', 'SELECT url FROM chronos.repository');
    $node->safe_psql('postgres', q{ALTER DATABASE "odd ""é' db" SET default_transaction_read_only = on});
    my $connection = q{dbname='odd "é\\' db' client_encoding=UTF8};
    my $run = sub {
        my $sql = shift;
        my ($out, $err) = ('', '');
        IPC::Run::run(['psql', '-XAtq', '-d', "host=" . $node->host . " port=" . $node->port . " $connection"], '<', \$sql, '>', \$out, '2>', \$err)
            or fail("psql: $err");
        chomp $out;
        return $out;
    };
    $run->("SET default_transaction_read_only = off; CREATE EXTENSION chronos; SELECT chronos.add_repository('local', '$url')");
    is($run->("SELECT chronos.snapshot('report é') IS NOT NULL"), 't', 'a LATIN1 database that is read-only by default can be snapshotted');
    is($run->("SELECT label FROM chronos.snapshots"), 'report é', 'its labels are converted');
    is($run->("SELECT progress ->> 'database' FROM chronos.snapshot_run"), $name, 'its name reaches the engine');
    $node->safe_psql('postgres', q{DROP DATABASE "odd ""é' db"});
}

sub own_locks {
    my $node = shift;
    $node->safe_psql('postgres', 'CREATE SCHEMA "S"; CREATE TABLE "S"."my table" (a int PRIMARY KEY)');
    my $held = qr/25001: cannot take a snapshot while this transaction holds/;
    like(failure_of($node, 'BEGIN; ALTER TABLE "S"."my table" ADD b int; ' . snapshot('never')),
        qr/$held AccessExclusiveLock on relation "S"."my table"\nDETAIL:  .*\nHINT:  COMMIT first/s, "the caller's own DDL is named");
    like(failure_of($node, 'BEGIN; TRUNCATE "S"."my table"; ' . snapshot('never', ', false')), qr/$held AccessExclusiveLock on relation "S"."my table"/, 'so is TRUNCATE');
    like(failure_of($node, 'BEGIN; DROP TABLE "S"."my table"; ' . snapshot('never')), qr/$held AccessExclusiveLock on relation my table.*\nDETAIL:  The transaction has dropped it/s, 'so is a dropped table');
    like(failure_of($node, 'BEGIN; LOCK TABLE chronos.snapshot_run IN SHARE MODE; ' . snapshot('never')), qr/$held ShareLock on relation chronos.snapshot_run/, 'so is a lock that stops the worker');
    like(failure_of($node, 'BEGIN; SELECT chronos.add_repository(\'new\', \'file:///dev/shm\'); ' . snapshot('never')), qr/25001: repository "new" is not committed yet/, 'so is a repository');
    is($node->safe_psql('postgres', 'BEGIN; CREATE TEMP TABLE t1 (a int); CREATE TEMP TABLE t2 (a int); TRUNCATE t1; DROP TABLE t2; INSERT INTO "S"."my table" VALUES (1); '
              . 'SELECT count(*) FROM "S"."my table"; ' . snapshot('wait') . ' IS NOT NULL; ROLLBACK'), "1\nt", 'temporary tables and ordinary writes do not matter');
    is($node->safe_psql('postgres', "SELECT count(*) FROM chronos.snapshots WHERE label = 'never'"), '0', 'what was refused left no trace');
}

sub rights {
    my $node = shift;
    $node->safe_psql('postgres', 'CREATE ROLE plain LOGIN; CREATE ROLE watcher LOGIN; GRANT pg_monitor TO watcher; CREATE ROLE trusted LOGIN; GRANT EXECUTE ON FUNCTION chronos.snapshot TO trusted');
    my @as_plain = (extra_params => ['-U', 'plain']);
    like(failure_of($node, snapshot('x'), @as_plain), qr/42501: permission denied for function snapshot/, 'an ordinary role may not take snapshots');
    like(failure_of($node, q{SELECT chronos.add_repository('x', 'file:///tmp')}, @as_plain), qr/42501: permission denied for function add_repository/, 'nor add repositories');
    like(failure_of($node, q{SELECT chronos.remove_repository('local')}, @as_plain), qr/42501: permission denied/, 'nor remove them');
    like(failure_of($node, "SELECT * FROM chronos.$_", @as_plain), qr/42501: permission denied for .* $_/, "nor see $_") for qw(snapshots snapshot_progress snapshot_run repository);
    is($node->safe_psql('postgres', 'SELECT count(*) > 0 FROM chronos.snapshots', extra_params => ['-U', 'watcher']), 't', 'pg_monitor sees the snapshots');
    my $id = $node->safe_psql('postgres', snapshot('wait'), extra_params => ['-U', 'trusted']);
    is($node->safe_psql('postgres', "SELECT state, requested_by FROM chronos.snapshots WHERE id = '$id'"), 'complete|trusted', 'a role with EXECUTE may, and is named');
}

sub no_engine {
    my $node = shift;
    my $set = sub { $node->append_conf('postgresql.conf', "chronos.engine_path = '$_[0]'"); $node->reload; };
    $set->('/nonexistent/chronosctl');
    like(failure_of($node, snapshot('x')), qr{CH004: snapshot \S+ failed: could not execute engine "/nonexistent/chronosctl": No such file or directory\nDETAIL:  .*\nHINT:  Set chronos.engine_path}, 'a missing engine');
    my $file = File::Spec->rel2abs($node->basedir) . '/not_a_program';
    append_to_file($file, 'text');
    $set->($file);
    like(failure_of($node, snapshot('x')), qr{CH004: .*could not execute engine "\Q$file\E": Permission denied}, 'an engine that may not be executed');
    chmod 0755, $file;
    like(failure_of($node, snapshot('x')), qr{CH004: .*could not execute engine "\Q$file\E": Exec format error}, 'an engine that is no program');
    is(field($node, 'x', 'state, code'), 'failed|engine_not_found', 'it is recorded');
    $set->(fake_engine());
    is($node->safe_psql('postgres', snapshot('wait') . ' IS NOT NULL'), 't', 'the next one finds it');
}

sub two_at_once {
    my $node = shift;
    $node->safe_psql('postgres', snapshot('sleep one', ', false') . '; ' . snapshot('sleep two', ', false'));
    wait_for($node, "sleep $_", 'engine_pid IS NOT NULL') for qw(one two);
    my $worker = field($node, 'sleep one', 'worker_pid');
    $node->safe_psql('postgres', "SELECT pg_cancel_backend($worker)");
    wait_for($node, 'sleep one', "state = 'failed'");
    is($node->safe_psql('postgres', 'SELECT label FROM chronos.snapshot_progress'), 'sleep two', 'two snapshots can run, and one be cancelled');
    $node->safe_psql('postgres', 'SELECT pg_cancel_backend(worker_pid) FROM chronos.snapshot_progress');
    wait_for($node, 'sleep two', "state = 'failed'");
}

# Whatever somebody else locks, the end of a run is told.
sub end_is_told {
    my $node = shift;
    $node->safe_psql('postgres', snapshot('sleep ends', ', false'));
    wait_for($node, 'sleep ends', 'engine_pid IS NOT NULL');
    my $worker = field($node, 'sleep ends', 'worker_pid');
    my $locker = start_in_background($node, 'BEGIN; LOCK TABLE chronos.snapshot_run IN SHARE MODE; SELECT pg_sleep(5); COMMIT');
    $node->poll_query_until('postgres', "SELECT count(*) > 0 FROM pg_locks WHERE mode = 'ShareLock' AND relation = 'chronos.snapshot_run'::regclass");
    $node->safe_psql('postgres', "SELECT pg_cancel_backend($worker)");
    $node->poll_query_until('postgres', "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND pid = $worker");
    $node->safe_psql('postgres', "SELECT pg_cancel_backend($worker)");
    $locker->{session}->finish;
    wait_for($node, 'sleep ends', "state = 'failed'");
    is(field($node, 'sleep ends', 'error'), 'canceled by user request', 'a lock on the table and a second cancel do not hide how a run ended');
}

sub standby {
    my $node = shift;
    $node->safe_psql('postgres', snapshot('sleep seen', ', false'));
    wait_for($node, 'sleep seen', 'engine_pid IS NOT NULL');
    $node->backup('copy');
    my $standby = PostgreSQL::Test::Cluster->new($node->name . '_standby');
    $standby->init_from_backup($node, 'copy', has_streaming => 1);
    $standby->start;
    $node->wait_for_catchup($standby);
    is($standby->safe_psql('postgres', "SELECT state FROM chronos.snapshots WHERE label = 'sleep seen'"), 'running', 'a standby shows what runs on its primary');
    like(failure_of($standby, snapshot('x')), qr/0A000: cannot take a snapshot from inside a standby\nHINT:  Call/, 'and refuses to take one itself');
    $node->safe_psql('postgres', 'SELECT pg_cancel_backend(worker_pid) FROM chronos.snapshot_progress');
    wait_for($node, 'sleep seen', "state = 'failed'");
    $standby->stop;
}

for my $preload (0, 1) {
    note($preload ? 'with preloading' : 'without preloading');
    my $node = new_server($preload ? 'preload' : 'plain', preload => $preload);
    completes($node);
    returns_at_once($node);
    worker_is_terminated($node);
    waiting_session_ends($node, 'cancel', '', 'pg_cancel_backend', qr/57014: canceling statement due to user request/);
    waiting_session_ends($node, 'terminate', '', 'pg_terminate_backend', qr/57P01: terminating connection due to administrator command/);
    waiting_session_ends($node, 'statement_timeout', "SET statement_timeout = '5s';", undef, qr/57014: canceling statement due to statement timeout/);
    time_limit($node);
    stubborn_engine($node);
    engine_fails($node);
    engine_surroundings($node);
    odd_labels($node);
    odd_databases($node);
    own_locks($node);
    rights($node);
    no_engine($node);
    two_at_once($node);
    end_is_told($node) if $preload;
    standby($node) if $preload;
    no_crash($node);
    $node->stop;
}

my $full = new_server('full', conf => "max_worker_processes = 0\n");
like(failure_of($full, snapshot('x')), qr/53400: could not start a background worker: all slots are taken\nHINT:  .*raise max_worker_processes \(now 0\)/, 'no free worker slot');
is($full->safe_psql('postgres', 'SELECT count(*) FROM chronos.snapshots'), '0', 'nothing was recorded');
$full->stop;

done_testing();
