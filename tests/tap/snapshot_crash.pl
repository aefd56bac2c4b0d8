# Death of the engine, the job worker, the launcher, the postmaster, and shutdown, in the middle of a
# snapshot: no orphan, the failure is shown, the next snapshot succeeds.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use supervised_server;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# Starts a snapshot that does not end by itself; worker and engine.
sub running {
    my ($node, $label) = @_;
    $node->safe_psql('postgres', "SELECT chronos.snapshot('$label', wait => false)");
    wait_for($node, $label, 'engine_pid IS NOT NULL');
    return split /\|/, field($node, $label, 'worker_pid, engine_pid');
}

sub shown_as_failed {
    my ($node, $label, $error) = @_;
    is($node->safe_psql('postgres', "SELECT state, error FROM chronos.snapshots WHERE label = '$label'"), "failed|$error", "$label: shown as failed");
    is($node->safe_psql('postgres', 'SELECT count(*) FROM chronos.snapshot_progress'), '0', "$label: nothing runs");
}

sub next_one_succeeds {
    my ($node, $label) = @_;
    my $id = $node->safe_psql('postgres', 'SELECT chronos.snapshot()');
    is($node->safe_psql('postgres', "SELECT state FROM chronos.snapshots WHERE id = '$id'"), 'complete', "$label: the next one succeeds");
    is(field($node, $label, 'state'), 'failed', "$label: the failure is recorded");
}

my $interrupted = 'the server or its worker ended before the snapshot did';

sub launcher { return $_[0]->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE backend_type = 'chronos launcher'"); }

sub killed {
    my ($node, $label, $victim_of) = @_;
    my @processes = running($node, $label);
    my $from = -s $node->logfile;
    kill 'KILL', $victim_of->(@processes);
    ok(ended(@processes), "$label: no orphan");
    $node->poll_query_until('postgres', 'SELECT true') or BAIL_OUT('the server did not come back');
    shown_as_failed($node, $label, $interrupted);
    next_one_succeeds($node, $label);
    no_crash($node, $from, "$label: no other crash");
}

for my $preload (0, 1) {
    note($preload ? 'with preloading' : 'without preloading');
    my $node = new_server($preload ? 'crash_preload' : 'crash_plain', preload => $preload, conf => "restart_after_crash = on\n");

    my ($worker, $engine) = running($node, 'sleep engine');
    kill 'KILL', $engine;
    wait_for($node, 'sleep engine', "state = 'failed'");
    ok(ended($worker, $engine), 'sleep engine: no orphan');
    shown_as_failed($node, 'sleep engine', 'the engine was killed by signal 9: Killed');
    like(slurp_file($node->logfile), qr/WARNING:  snapshot \S+ failed: the engine was killed by signal 9: Killed/, 'sleep engine: the server log says so');
    next_one_succeeds($node, 'sleep engine');

    killed($node, 'sleep worker', sub { $_[0] });
    killed($node, 'ignore sleep worker', sub { $_[0] });
    killed($node, 'sleep launcher', sub { launcher($node) }) if $preload;

    my @processes = running($node, 'sleep postmaster');
    my ($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
    $node->kill9;
    ok(ended(@processes), 'sleep postmaster: no orphan');
    # Until it is reaped, pg_ctl takes it for a running server.
    for (1 .. 200) {
        last unless -e "/proc/$postmaster";
        select undef, undef, undef, 0.05;
    }
    $node->start;
    shown_as_failed($node, 'sleep postmaster', $interrupted);
    if ($preload) {
        wait_for($node, 'sleep postmaster', "state = 'failed' AND code = 'interrupted'");
        pass('the launcher records the interrupted snapshot');
    }
    next_one_succeeds($node, 'sleep postmaster');

    for my $mode ('smart', 'fast', 'immediate') {
        for my $label ("sleep $mode", "ignore sleep $mode") {
            my $reason = $mode eq 'immediate' ? $interrupted : 'terminated by administrator command or server shutdown';
            @processes = running($node, $label);
            my $started = time;
            $node->stop($mode);
            cmp_ok(time - $started, '<', 30, "$label: the server stops in time");
            ok(ended(@processes), "$label: no orphan");
            $node->start;
            shown_as_failed($node, $label, $reason);
            next_one_succeeds($node, $label);
        }
    }

    $node->safe_psql('postgres', 'CREATE DATABASE short');
    $node->safe_psql('short', 'CREATE EXTENSION chronos');
    for my $turn (1 .. 5) {
        $node->safe_psql('postgres', "CREATE DATABASE other$turn TEMPLATE short");
        select undef, undef, undef, 0.3;
        $node->safe_psql('postgres', "DROP DATABASE other$turn");
    }
    $node->safe_psql('postgres', 'ALTER DATABASE short ALLOW_CONNECTIONS false');
    $node->safe_psql('postgres', 'DROP DATABASE short');
    is($node->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE datname ~ '^(short|other)'"), '0', 'databases can be copied and dropped');
    if ($preload) {
        $node->safe_psql('postgres', "INSERT INTO chronos.gap (reason, everything, classids, objids, statements) VALUES ('failed', true, '{}', '{}', '{}')");
        ok($node->poll_query_until('postgres', 'SELECT count(*) = 0 FROM chronos.gap'), 'the launcher closes gaps in the history');
        $node->safe_psql('postgres', "SELECT pg_terminate_backend(" . launcher($node) . ')');
        ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'chronos launcher'"), 'the launcher comes back');
    }
    no_crash($node);
    $node->stop;
}

my $node = new_server('fooled', preload => 1);
$node->safe_psql('postgres', 'CREATE ROLE mallory LOGIN; CREATE DATABASE trap OWNER mallory');
$node->safe_psql('trap', 'CREATE SCHEMA chronos; CREATE TABLE public.who (name text); '
      . 'CREATE FUNCTION chronos.fail_lost_runs() RETURNS bigint LANGUAGE sql AS $$ INSERT INTO public.who VALUES (current_user) RETURNING 1 $$', extra_params => ['-U', 'mallory']);
sleep 3;
is($node->safe_psql('trap', 'SELECT count(*) FROM public.who'), '0', "the launcher calls nothing that a database's owner has made");
$node->stop;

done_testing();
