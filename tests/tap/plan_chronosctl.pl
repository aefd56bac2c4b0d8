# chronosctl plan: scripts that psql runs, what they say they would do, and what they then do.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use command_line;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('plan');
$node->init(extra => ['--encoding=UTF8', '--locale=C']);
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE shop');
$node->safe_psql('shop', 'CREATE EXTENSION chronos');
sub current { return $node->safe_psql('shop', 'SELECT chronos.current_version()'); }
sub fingerprint { return $node->safe_psql('shop', "SELECT encode(chronos.fingerprint(), 'hex')"); }

$node->safe_psql('shop', 'CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL); INSERT INTO orders SELECT i, i FROM generate_series(1, 100) i');
my ($first, $before) = (current(), fingerprint());
$node->safe_psql('shop', q{ALTER TABLE orders ADD COLUMN placed timestamptz DEFAULT '2026-11-23'; CREATE VIEW recent AS SELECT id, placed FROM orders; CREATE TABLE notes ("a
b" text)});
my ($second, $after) = (current(), fingerprint());

succeeds($node, ['plan', $second, $second, '-d', 'shop'], qr/^-- nothing to do: there is no difference\n$/, 'plan of nothing');
succeeds($node, ['plan', 'current', $first, '-d', 'shop'], qr/^-- From current to $first\.\nSET .*^SELECT pg_catalog\.set_config\('search_path', '', false\);\n\nBEGIN;\n.*^-- step \d+: table public\.orders\n-- hazards: .*data_loss.*; rows at stake: 100; bytes at stake: \d+\n-- lock: AccessExclusiveLock\n(-- .*\n)*ALTER TABLE public\.orders DROP COLUMN placed;\n.*^COMMIT;\n\n-- \d+ steps; data is destroyed by \d+: 1\d\d rows, .* at stake now\n$/ms, 'plan back: hazards and sums');
{
    my $document = ctl_json($node, 'plan', $second, $first, '-d', 'shop');
    my ($step) = grep { $_->{statement} =~ /DROP COLUMN placed/ } @{ $document->{steps} };
    is_deeply([@$step{qw(kind identity lock rows_at_stake)}], ['table', 'public.orders', 'AccessExclusiveLock', 100], 'plan --json: a step');
    ok((grep { $_ eq 'data_loss' } @{ $step->{hazards} }), 'plan --json: its hazard');
    cmp_ok($document->{destroying_steps}, '>=', 1, 'plan --json: steps that destroy');
    is_deeply([@$document{qw(from to)}], [$second, $first], 'plan --json: of what');
}

# Both ways, as psql runs it.
for my $way ([$first, $before, 'back'], [$second, $after, 'forth']) {
    my ($to, $wanted, $name) = @$way;
    my ($status, $script) = ctl($node, 'plan', 'current', $to, '-d', 'shop');
    is($status, 0, "plan $name");
    $node->safe_psql('shop', $script);
    is(fingerprint(), $wanted, "the script leads $name");
}
is($node->safe_psql('shop', 'SELECT count(*) FROM orders'), '100', 'the rows are still there');

# --- a column of the middle comes back to where it was, if that is asked for
{
    $node->safe_psql('shop', 'CREATE TABLE middle (a int, b int, c int); INSERT INTO middle SELECT i, i, i FROM generate_series(1, 10) i');
    my ($whole, $was) = (current(), fingerprint());
    $node->safe_psql('shop', 'ALTER TABLE middle DROP COLUMN b');
    my ($status, $script) = ctl($node, 'plan', '--column-order', 'current', $whole, '-d', 'shop');
    like($script, qr/^-- hazards: .*rewrite/m, 'plan --column-order: the table is made anew');
    $node->safe_psql('shop', $script);
    is(fingerprint(), $was, 'plan --column-order: it stands where it was');
    is($node->safe_psql('shop', 'SELECT sum(a), sum(c), count(b) FROM middle'), '55|55|0', 'plan --column-order: with the rows');
}

# --- a change that nobody saw is taken back
$node->safe_psql('shop', q{UPDATE pg_attribute SET attname = 'sum' WHERE attrelid = 'orders'::regclass AND attname = 'total'});
my ($status, $script) = ctl($node, 'plan', 'live', 'current', '-d', 'shop');
like($script, qr/^ALTER TABLE public\.orders RENAME COLUMN sum TO total;$/m, 'plan from live');

fails($node, ['plan', 'current', '999', '-d', 'shop'], 5, qr/schema version 999 does not exist/, 'plan to an unknown version');
fails($node, ['plan', 'current', '-d', 'shop'], 2, qr/TO is required/, 'plan to nowhere');
done_testing();
