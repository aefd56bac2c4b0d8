# Two hundred sessions that change the schema at once: on tables of their own, and on tables under one view.
use strict;
use warnings;
use List::Util qw(max);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $sessions = 200;
my $node = PostgreSQL::Test::Cluster->new('crowd');
$node->init;
$node->append_conf('postgresql.conf', <<"CONF");
max_connections = 220
max_locks_per_transaction = 256
deadlock_timeout = 200ms
log_lock_waits = on
CONF
$node->start;
sub sql { return $node->safe_psql('postgres', shift); }

my @shared = map { "shared_$_" } 0 .. 9;
sql('CREATE TABLE own_' . $_ . ' (a int, b text)') for 0 .. $sessions - 1;
my @columns = map { "c_$_" } 0 .. 19;
sql("CREATE TABLE $_ (" . join(', ', map { "$_ int" } @columns) . ')') for @shared;
sql('CREATE VIEW over_all AS SELECT ' . join(', ', map { my $table = $_; map { "$table.$_ AS ${table}_$_" } @columns } @shared) . ' FROM ' . join(' CROSS JOIN ', @shared));
sql('CREATE EXTENSION chronos');

# NAME, the script of a session, transactions of each
sub crowd {
    my ($name, $script, $times) = @_;
    my $from = -s $node->logfile;
    my $before = sql('SELECT chronos.current_version()');
    my $file = PostgreSQL::Test::Utils::tempdir() . '/script.sql';
    append_to_file($file, $script);
    my ($out, $err) = ('', '');
    my $ended = IPC::Run::run(
        ['pgbench', '-n', '-c', $sessions, '-j', 2, '-t', $times, '-f', $file, $node->connstr('postgres')],
        '>', \$out, '2>', \$err);
    ok($ended && $err !~ /aborted|ERROR|WARNING/, "$name: no session fails or is warned") or diag($out, substr($err, 0, 3000));
    my $log = substr(slurp_file($node->logfile), $from);
    unlike($log, qr/deadlock/, "$name: no deadlock");
    unlike($log, qr/could not record/, "$name: nothing went unrecorded");
    my ($tps) = $out =~ /^tps = ([\d.]+)/m;
    my @waits = $log =~ /acquired ExclusiveLock on object .*? after ([\d.]+) ms/g;
    note("$name: $tps transactions a second; " . @waits . ' waits for the number of more than 200 ms, the longest ' . (max(@waits) // 0) . ' ms');
    # What one session left because another held a lock becomes part of the next version.
    sql('CREATE TABLE settling (a int); DROP TABLE settling');
    is(sql('SELECT count(*) FROM chronos.gap'), '0', "$name: no gap is left");
    is(sql('SELECT chronos.reconcile(everything => true)'), '', "$name: the stored text equals a comparison of everything");
    is(sql("SELECT count(*) = max(number) - $before, bool_and(cause = 'ddl') FROM chronos.version WHERE number > $before"), 't|t', "$name: numbers without holes, each by a change of its own");
    is(sql("SELECT count(*) FROM (SELECT committed_at < lag(committed_at) OVER (ORDER BY number) AS back FROM chronos.version) x WHERE back"), '0', "$name: in the order of the commits");
    return sql("SELECT chronos.current_version() - $before - 2");
}

is(crowd('own tables', "ALTER TABLE own_:client_id SET (fillfactor = 70);\nALTER TABLE own_:client_id RENAME b TO c;\nALTER TABLE own_:client_id RENAME c TO b;\nALTER TABLE own_:client_id RESET (fillfactor);\n", 1),
    $sessions * 4, 'every change of a table of its own is a version');
ok(crowd('tables under a view', <<'SQL', 2) >= $sessions * 4, 'tables under a view: a version for each rename');
\set nr :client_id % 10
\set column :client_id / 10
ALTER TABLE shared_:nr RENAME c_:column TO d_:column;
ALTER TABLE shared_:nr RENAME d_:column TO c_:column;
SQL
ok(crowd('a function and a view of it', <<'SQL', 1) >= $sessions, 'a function and a view of it: no lock keeps them apart, and every change is a version');
CREATE FUNCTION fn_:client_id (int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE VIEW of_fn_:client_id AS SELECT fn_:client_id (1) AS x;
ALTER FUNCTION fn_:client_id (int) RENAME TO other_:client_id;
DROP FUNCTION other_:client_id (int) CASCADE;
SQL
$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|was terminated by signal/, 'no crash');
done_testing();
