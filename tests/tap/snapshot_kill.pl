# The real engine: kill -9 of the engine, the job worker, the launcher and the postmaster in the middle
# of a snapshot. No orphan, the failure is shown, the next one succeeds, the repository verifies.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use supervised_server;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($engine_program) = grep { -x } map { "$_/chronosctl" } split /:/, $ENV{PATH};
plan skip_all => 'chronosctl is not installed' unless $engine_program;

my $node = new_server('kill', preload => 1, conf => "restart_after_crash = on\nautovacuum = off\nchronos.engine_path = '$engine_program'\n");
my $repository = $node->safe_psql('postgres', 'SELECT url FROM chronos.repository');
$node->safe_psql('postgres', q{
    CREATE TABLE big AS SELECT i, md5(i::text) || md5((-i)::text) || md5((i + 0.5)::text) AS t FROM generate_series(1, 1200000) AS i;
    CREATE TABLE small AS SELECT 1 AS one;
    ALTER DATABASE postgres SET chronos.snapshot_jobs = 1});

# The worker, the engine and everything that the engine has started.
sub family {
    my ($worker, $engine) = @_;
    return ($worker, $engine, members($engine));
}

# A snapshot that has begun to export rows. Its engine is stopped, so that it stays in the middle.
sub running {
    my $label = shift;
    $node->safe_psql('postgres', "SELECT chronos.snapshot('$label', wait => false)");
    $node->safe_psql('postgres', q{
        DO $$ BEGIN
            FOR attempt IN 1 .. 12000 LOOP
                PERFORM pg_stat_clear_snapshot();
                EXIT WHEN EXISTS (SELECT FROM pg_stat_activity
                                  WHERE application_name LIKE 'chronos engine%' AND state = 'active' AND query LIKE 'COPY%big%');
                PERFORM pg_sleep(0.005);
            END LOOP;
        END $$});
    my ($worker, $engine) = split /\|/, field($node, $label, 'worker_pid, engine_pid');
    kill 'STOP', $engine;
    is(field($node, $label, 'state'), 'running', "$label: it is in the middle");
    return ($worker, $engine);
}

sub launcher { return $node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE backend_type = 'chronos launcher'"); }

sub postmaster { return (slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/)[0]; }

sub verified {
    my $label = shift;
    my ($out, $err) = run_command([$engine_program, 'verify', '--data', '--repository', $repository]);
    is($?, 0, "$label: the repository verifies") or diag("$out\n$err");
}

sub next_one {
    my $label = shift;
    my $id = $node->safe_psql('postgres', 'SELECT chronos.snapshot()');
    is($node->safe_psql('postgres', "SELECT state FROM chronos.snapshots WHERE id = '$id'"), 'complete', "$label: the next one succeeds");
    verified($label);
}

my %victims = (
    engine => sub { $_[1] },
    worker => sub { $_[0] },
    launcher => \&launcher,
    postmaster => \&postmaster,
);
for my $victim (sort keys %victims) {
    my @pair = running($victim);
    my @family = family(@pair);
    my $from = -s $node->logfile;
    my $killed = $victims{$victim}->(@pair);
    kill 'KILL', $killed;
    ok(ended(@family), "$victim: no orphan");
    if ($victim eq 'postmaster') {
        for (1 .. 200) {
            last unless -e "/proc/$killed";
            select undef, undef, undef, 0.05;
        }
        $node->{_pid} = undef;
        $node->start;
    }
    elsif ($victim eq 'engine') {
        wait_for($node, $victim, "state = 'failed'");
    }
    else {
        $node->poll_query_until('postgres', 'SELECT true') or BAIL_OUT('the server did not come back');
    }
    is($node->safe_psql('postgres', "SELECT state FROM chronos.snapshots WHERE label = '$victim'"), 'failed', "$victim: shown as failed");
    verified("$victim, before the next");
    next_one($victim);
    no_crash($node, $from, "$victim: no other crash");
}

my ($worker, $engine) = running('cancelled');
my @family = family($worker, $engine);
kill 'CONT', $engine;
$node->safe_psql('postgres', "SELECT pg_cancel_backend($worker)");
wait_for($node, 'cancelled', "state = 'failed'");
ok(ended(@family), 'cancelled: no orphan');
is(field($node, 'cancelled', 'error'), 'canceled by user request', 'cancelled: the reason');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'chronos engine%' OR application_name = 'pg_dump'"), '0', 'cancelled: no session is left');
next_one('cancelled');

my $started = time;
($worker, $engine) = running('shutdown');
kill 'CONT', $engine;
$node->stop('fast');
cmp_ok(time - $started, '<', 30, 'shutdown: the server stops in time');
$node->start;
is($node->safe_psql('postgres', "SELECT state FROM chronos.snapshots WHERE label = 'shutdown'"), 'failed', 'shutdown: shown as failed');
next_one('shutdown');
my $hba = $node->data_dir . '/pg_hba.conf';
my $allowed = slurp_file($hba);
like(failure_of($node, "\\! sed -i '1i local all all reject' '$hba'\nSELECT pg_reload_conf();\n\\! sleep 1\nSELECT chronos.snapshot('refused')"),
    qr/CH002: snapshot \S+ failed: could not connect.*\nDETAIL:  .*pg_hba.conf rejects.*\nHINT:  .*put this line into the server's pg_hba.conf.*local  "postgres"/, 'a connection that pg_hba.conf refuses: the line that would allow it');
open my $file, '>', $hba or die;
print $file $allowed;
close $file;
$node->reload;
next_one('refused');

my ($listed) = run_command([$engine_program, 'snapshots', '--repository', $repository, '--json']);
unlike($listed, qr/"(?:engine|worker|launcher|postmaster|cancelled|shutdown)"/, 'no half snapshot is listed as one');
$node->stop;
done_testing();
