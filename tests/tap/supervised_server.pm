# A private server whose snapshots are taken by the fake engine, for the tests of supervision.
package supervised_server;
use strict;
use warnings;
use Exporter 'import';
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(new_server wait_for ended failure_of field start_in_background members no_crash fake_engine);

# With preload => 1 the launcher runs; conf => more lines of postgresql.conf.
sub new_server {
    my ($name, %option) = @_;
    my $node = PostgreSQL::Test::Cluster->new($name);
    $node->init(allows_streaming => 1);
    $node->append_conf('postgresql.conf', "chronos.engine_path = '" . fake_engine() . "'\n");
    $node->append_conf('postgresql.conf', "shared_preload_libraries = 'chronos'\nchronos.launcher_interval = 1\n")
        if $option{preload};
    $node->append_conf('postgresql.conf', $option{conf}) if $option{conf};
    $node->start;
    my $repository = tempdir(CLEANUP => 1);
    $node->safe_psql('postgres', "CREATE EXTENSION chronos; SELECT chronos.add_repository('local', 'file://$repository')");
    return $node;
}

sub fake_engine { return dirname(__FILE__) . '/fake_engine'; }

# One field of the run with this label.
sub field {
    my ($node, $label, $field) = @_;
    return $node->safe_psql('postgres', "SELECT $field FROM chronos.snapshot_run WHERE label = '$label' ORDER BY requested_at DESC LIMIT 1");
}

sub wait_for {
    my ($node, $label, $condition) = @_;
    return $node->poll_query_until('postgres',
        "SELECT coalesce((SELECT $condition FROM chronos.snapshot_run WHERE label = '$label' ORDER BY requested_at DESC LIMIT 1), false)")
        || BAIL_OUT("never came true for $label: $condition");
}

# Whether a process ends within the time that a kill may need; a zombie has ended.
sub ended {
    my @processes = @_;
    for (1 .. 200) {
        @processes = grep { alive($_) } @processes;
        return 1 unless @processes;
        select undef, undef, undef, 0.05;
    }
    return 0;
}

sub alive {
    my $process = shift;
    open my $status, '<', "/proc/$process/stat" or return 0;
    my $line = <$status> // '';
    return $line =~ /\) [^ZX] /;
}

# The processes of a process group.
sub members {
    my $group = shift;
    my @found;
    for my $process (map { m{/(\d+)$} } glob '/proc/[0-9]*') {
        push @found, $process if (getpgrp($process) // -1) == $group && alive($process);
    }
    return @found;
}

# What the call raises, with VERBOSITY verbose: SQLSTATE, message, detail and hint.
sub failure_of {
    my ($node, $sql, @option) = @_;
    my ($status, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql", on_error_stop => 1, @option);
    return $status == 0 ? "no error: $out" : $err;
}

# Starts a statement in a session of its own; returns the harness and the session's process.
sub start_in_background {
    my ($node, $sql) = @_;
    my ($in, $out) = ("SELECT 'pid=' || pg_backend_pid();\n$sql;\n", '');
    my $err = '';
    my $session = IPC::Run::start(
        ['psql', '-XAtq', '-v', 'VERBOSITY=verbose', '-d', $node->connstr('postgres')],
        '<', \$in, '>', \$out, '2>', \$err, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
    $session->pump until $out =~ /pid=(\d+)/;
    return { session => $session, pid => $1, out => \$out, err => \$err };
}

# The server's log names no crash but those that the test made.
sub no_crash {
    my ($node, $from, $name) = @_;
    my $log = substr(slurp_file($node->logfile), $from // 0);
    my @crashes = grep { /was terminated by signal (?:4|6|7|8|11)\b|PANIC/ } split /\n/, $log;
    is("@crashes", '', $name // 'no crash in the log');
}

1;
