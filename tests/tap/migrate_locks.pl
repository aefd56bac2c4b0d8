# Several runners of migrations, and others who hold what a migration needs.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use command_line;
use migration_directory;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('locks');
$node->init(extra => ['--encoding=UTF8', '--locale=C']);
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE shop');
$node->safe_psql('shop', 'CREATE EXTENSION chronos; CREATE TABLE orders (id int)');
my $dir = directory('locks', '1_a.up.sql' => "ALTER TABLE orders ADD COLUMN a int;\n", '2_b.up.sql' => "CREATE TABLE b ();\n");

# --- a table that somebody holds
my $holder = $node->background_psql('shop');
$holder->query_safe('BEGIN; LOCK TABLE orders IN SHARE MODE');
{
    my ($exit, $out, $err) = ctl($node, 'migrate', 'up', '-d', 'shop', '--dir', $dir, '--lock-timeout', '200', '--lock-tries', '3');
    is($exit, 1, 'it gives up');
    like($err, qr/^1_a\.up\.sql:1: canceling statement due to lock timeout; again in \d+ ms$/m, 'it tells that it tries again');
    like($err, qr/error: 1_a\.up\.sql:1: canceling statement due to lock timeout\n(.*\n)*It was tried 3 times\.\nIn the way: process \d+ of role \S+, application ".*", idle in transaction since .*: .*LOCK TABLE orders/, 'who is in the way, and with what');
    is($node->safe_psql('shop', q{SELECT count(*) FROM chronos.migration WHERE state <> 'stored'}), '0', 'nothing is left of it');
}

# --- one that waits does not make others wait for long, and two do not run at once
{
    my ($first, $out, $err) = start_ctl($node, 'migrate', 'up', '-d', 'shop', '--dir', $dir, '--lock-timeout', '300', '--lock-tries', '100');
    ok($node->poll_query_until('shop', q{SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND granted}), 'a runner is at work');
    fails($node, ['migrate', 'up', '-d', 'shop', '--dir', $dir], 1, qr/error: another runner is migrating this database\nDETAIL:  It is process \d+ of role \S+, application ".*", from this machine, since /, 'the holder is named');
    my ($second, $out2, $err2) = start_ctl($node, 'migrate', 'up', '-d', 'shop', '--dir', $dir, '--wait', '60');
    ok($node->poll_query_until('shop', q{SELECT count(*) > 0 FROM pg_stat_activity WHERE state = 'idle' AND query LIKE '%pg_try_advisory_lock%' OR query LIKE '%date_trunc(''second'', a.backend_start)%'}), 'a second one waits');
    is($node->safe_psql('shop', q{SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted}), '0', 'without standing in a queue');
    $holder->query_safe('COMMIT');
    $first->finish;
    $second->finish;
    is_deeply([map { $_->result(0) } $first, $second], [0, 0], 'both end well');
    like($$out, qr/^up    1  a .*\nup    2  b /, 'the first has done it');
    like($$out2, qr/^nothing to do\n$/, 'the second found nothing to do');
    like($$err2, qr/waiting for another runner: process \d+/, 'and told what it waited for');
}
$holder->quit;
is($node->safe_psql('shop', q{SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'}), '0', 'no lock is left');

# --- CREATE INDEX CONCURRENTLY is not kept waiting by a runner that waits
{
    my $gate = $node->background_psql('shop');
    $gate->query_safe('SELECT pg_advisory_lock(7, 1)');
    my $slow = directory('slow', '1_a.up.sql' => "ALTER TABLE orders ADD COLUMN a int;\n", '2_b.up.sql' => "CREATE TABLE b ();\n", '3_c.up.sql' => "SELECT pg_advisory_lock(7, 1);\nSELECT pg_advisory_unlock(7, 1);\n");
    my ($first) = start_ctl($node, 'migrate', 'up', '-d', 'shop', '--dir', $slow, '--lock-timeout', '0');
    ok($node->poll_query_until('shop', q{SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted}), 'one works');
    my ($second) = start_ctl($node, 'migrate', 'up', '-d', 'shop', '--dir', $slow, '--wait', '60');
    ok($node->poll_query_until('shop', q{SELECT count(*) > 0 FROM pg_stat_activity WHERE state = 'idle' AND backend_xmin IS NULL AND query LIKE '%pg_try_advisory_lock%' OR query LIKE '%a.backend_start%'}), 'the other waits, without a snapshot');
    $gate->query_safe('SELECT pg_advisory_unlock(7, 1)');
    $first->finish;
    $second->finish;
    is_deeply([map { $_->result(0) } $first, $second], [0, 0], 'both end well');
    $gate->quit;
}

# --- a script that lets go of every lock of its session
{
    my $letting = directory('letting', '1_a.up.sql' => "ALTER TABLE orders ADD COLUMN a int;\n", '2_b.up.sql' => "CREATE TABLE b ();\n", '3_c.up.sql' => "SELECT pg_advisory_lock(7, 1);\nSELECT pg_advisory_unlock(7, 1);\n",
        '4_d.up.sql' => 'SELECT pg_advisory_unlock_all();', '5_e.up.sql' => q{CREATE TABLE held AS SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid();});
    is((ctl($node, 'migrate', 'up', '-d', 'shop', '--dir', $letting))[0], 0, 'a script that lets go of the lock');
    is($node->safe_psql('shop', 'SELECT * FROM held'), '1', 'the next one has it again');
}
done_testing();
