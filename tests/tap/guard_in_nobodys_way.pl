# A guard that blocks is not in the way of pg_restore --clean and of logical replication.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use supervised_server;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('guard_in_nobodys_way', preload => 1, conf => "wal_level = logical\nautovacuum = off\n");
sub as { my ($database, $sql) = @_; return $node->safe_psql($database, $sql); }
sub refused {
    my ($sql, $name) = @_;
    my (undef, undef, $error) = $node->psql('shop', $sql);
    like($error, qr/destroys 1 table/, $name);
}

as('postgres', 'CREATE DATABASE shop');
as('shop', 'CREATE EXTENSION chronos; CREATE TABLE orders (id int PRIMARY KEY); INSERT INTO orders SELECT generate_series(1, 1000)');
as('postgres', q(ALTER DATABASE shop SET chronos.guard = 'block'));
refused('DROP TABLE orders', 'a person is refused');

# --- a dump that is read
my $dump = "$PostgreSQL::Test::Utils::tmp_check/shop.dump";
$node->command_ok(['pg_dump', '-Fc', '-t', 'orders', '-f', $dump, '-d', $node->connstr('shop')], 'pg_dump');
as('shop', 'DELETE FROM orders WHERE id > 10');
my $from = -s $node->logfile;
$node->command_ok(['pg_restore', '--clean', '--if-exists', '-d', $node->connstr('shop'), $dump], 'pg_restore --clean');
is(as('shop', 'SELECT count(*) FROM orders'), '1000', 'has put its own in place of it');
like(substr(slurp_file($node->logfile), $from), qr/orders/, 'and what it destroyed stands in the log');
refused('DROP TABLE orders', 'a person is refused as before');

# --- what a publisher has done
as('postgres', 'CREATE DATABASE office');
as('office', 'CREATE TABLE orders (id int PRIMARY KEY); INSERT INTO orders SELECT generate_series(2001, 2010); CREATE PUBLICATION everything FOR TABLE orders');
as('office', q(SELECT pg_create_logical_replication_slot('shop', 'pgoutput')));
my $conninfo = $node->connstr('office');
as('shop', "CREATE SUBSCRIPTION office CONNECTION '" . ($conninfo =~ s/'/''/gr) . q(' PUBLICATION everything WITH (create_slot = false, slot_name = 'shop', copy_data = false)));
as('office', 'INSERT INTO orders VALUES (3000)');
ok($node->poll_query_until('shop', 'SELECT EXISTS (SELECT FROM orders WHERE id = 3000)'), 'replication runs');
as('office', 'SET chronos.guard = off; TRUNCATE orders');
ok($node->poll_query_until('shop', 'SELECT NOT EXISTS (SELECT FROM orders)'), 'a TRUNCATE of the publisher arrives');
as('shop', 'ALTER SUBSCRIPTION office DISABLE; ALTER SUBSCRIPTION office SET (slot_name = NONE); DROP SUBSCRIPTION office');
as('office', q(SELECT pg_drop_replication_slot('shop')));
no_crash($node);
$node->stop;
done_testing();
