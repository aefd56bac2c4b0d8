# chronosctl log with its filters, diff, and show of a part of a schema.
use strict;
use warnings;
use utf8;
use FindBin;
use lib $FindBin::Bin;
use command_line;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('history');
$node->init(extra => ['--encoding=UTF8', '--locale=C']);
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE alice SUPERUSER LOGIN');
$node->safe_psql('postgres', 'CREATE DATABASE shop');
$node->safe_psql('shop', 'CREATE EXTENSION chronos');

# Each is one version; the numbers are what the tests below speak of.
sub version {
    my ($sql) = @_;
    $node->safe_psql('shop', $sql);
    return $node->safe_psql('shop', 'SELECT chronos.current_version()');
}
my $made = version('CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL)');
my $placed = version('ALTER TABLE orders ADD COLUMN placed timestamptz');
$node->safe_psql('shop', q{SELECT chronos.label('release 1.0')});
my $function = version('CREATE FUNCTION discount(a integer) RETURNS integer LANGUAGE sql AS $$SELECT a - 1$$');
my $index = version('CREATE INDEX by_time ON orders (placed)');
my $alice = version(q{SET SESSION AUTHORIZATION alice; CREATE SCHEMA stock CREATE TABLE items (x integer)});
my $renamed = version('ALTER TABLE orders RENAME TO sales');
my $changed = version('CREATE OR REPLACE FUNCTION discount(a integer) RETURNS integer LANGUAGE sql AS $$SELECT a - 2$$');
my $dropped = version('DROP TABLE stock.items');

sub numbers { return [map { $_->{number} } @{ ctl_json($node, 'log', '-d', 'shop', @_) }]; }

# --- log: which versions
is_deeply(numbers('-n', 2), [$dropped, $changed], 'log --limit');
is_deeply(numbers('public.discount'), [$changed, $function], 'log of a function without its arguments');
is_deeply(numbers('public.discount(integer)'), [$changed, $function], 'log of a function with them');
is_deeply(numbers('public.orders'), [$renamed, $index, $placed, $made], 'log of a table under its former name, with its index');
is_deeply(numbers('public.sales'), [$renamed, $index, $placed, $made], 'log of a table under its present name');
is_deeply(numbers('public.sales', '-n', 1), [$renamed], 'log of a table, limited');
is_deeply(numbers('orders'), [$renamed, $index, $placed, $made], 'log of a table without its schema');
is_deeply(numbers('discount'), [$changed, $function], 'log of a function without its schema');
is_deeply(numbers('rders'), [], 'log of a part of a name');
is_deeply(numbers('public.nothing'), [], 'log of what never was');
is_deeply(numbers('--author', 'alice'), [$alice], 'log --author');
{
    my $log = ctl_json($node, 'log', '-d', 'shop');
    my ($time) = map { $_->{committed_at} } grep { $_->{number} == $index } @$log;
    is_deeply([map { $_->{number} } grep { $_->{committed_at} lt $time } @$log], [grep { $_ < $index } @{ numbers('--until', $time) }], 'log --until');
    is_deeply(numbers('--since', $time), [$dropped, $changed, $renamed, $alice, $index], 'log --since');
    is_deeply(numbers('--since', $time, '--until', $time), [$index], 'log of one moment');
    my ($record) = grep { $_->{number} == $alice } @$log;
    like($record->{transaction}, qr/^\d+$/, 'log --json: the transaction');
    cmp_ok($record->{seconds}, '>=', 0, 'log --json: how long it took');
}
fails($node, ['log', '-d', 'shop', '--since', 'soon'], 2, qr/error: --since "soon" is no time\nHINT:  A time looks like/, 'log since no time');

# --- log: what they changed
succeeds($node, ['log', '-d', 'shop', '-n', 2, '--changes'], qr/^changed function public\.discount\(integer\)\n--- function public\.discount\(integer\)\n\+\+\+ function public\.discount\(integer\)\n\@\@ .* \@\@\n(.*\n)*-AS \$function\$SELECT a - 1\$function\$;\n\+AS \$function\$SELECT a - 2\$function\$;\n/m, 'log --changes');
succeeds($node, ['log', '-d', 'shop', 'public.orders', '--stat'], qr/^ table public\.orders \| 3 \+\+-\n 1 object changed, 2 lines added, 1 line removed$/m, 'log --stat');
{
    my $log = ctl_json($node, 'log', '-d', 'shop', '--changes', '-n', 1);
    my ($gone) = grep { $_->{kind} eq 'table' } @{ $log->[0]{changes} };
    is($gone->{change}, 'removed', 'log --changes --json: what happened');
    like($gone->{old_sql}, qr/^CREATE TABLE stock\.items \(\n    x integer\n\);/, 'log --changes --json: what it was');
    is($gone->{sql}, undef, 'log --changes --json: there is nothing now');
}
fails($node, ['log', '-d', 'shop', '--oneline', '--changes'], 2, qr/error: .*(oneline|changes)/, 'log --oneline --changes');

# --- more versions than a page
$node->safe_psql('shop', join("\n", map { "COMMENT ON TABLE sales IS 'comment $_';" } 1 .. 450));
{
    my ($status, $out) = ctl($node, 'log', '-d', 'shop', '--oneline');
    my @lines = split /\n/, $out;
    is(scalar @lines, $dropped + 450 + 1, 'log --oneline of many versions: one title and a line for each');
    is_deeply([map { /^ *(\d+)/ } @lines[1 .. $#lines]], [reverse 1 .. $dropped + 450], 'log of many versions: each once, in order');
    is(scalar @{ numbers('-n', 201) }, 201, 'log --limit beyond a page');
    my ($code, $text) = (0, '');
    local %ENV = (%ENV, environment_of($node));
    IPC::Run::run(['bash', '-c', 'chronosctl log -d shop --changes | head -n 3; exit ${PIPESTATUS[0]}'], '>', \$text, '2>', \my $errors, IPC::Run::timeout(60));
    is($? >> 8, 0, 'log | head: exit 0');
    is($errors, '', 'log | head: not a word');
    is(scalar(split /\n/, $text), 3, 'log | head: three lines');
}

# --- diff
fails_nothing('diff of nothing', 'diff', '-d', 'shop');
fails_nothing('diff --exit-code of nothing', 'diff', '-d', 'shop', '--exit-code');
fails_nothing('diff of a version with itself', 'diff', '3', '3', '-d', 'shop', '--stat');
sub fails_nothing {
    my ($name, @arguments) = @_;
    my ($status, $out, $err) = ctl($node, @arguments);
    is_deeply([$status, $out, $err], [0, '', ''], $name);
}
succeeds($node, ['diff', $made, $placed, '-d', 'shop'], qr/^changed table public\.orders\n--- table public\.orders\n\+\+\+ table public\.orders\n\@\@ -1,5 \+1,6 \@\@\n CREATE TABLE public\.orders \(\n     id bigint NOT NULL,\n-    total numeric NOT NULL\n\+    total numeric NOT NULL,\n\+    placed timestamp with time zone\n \);\n ALTER TABLE public\.orders OWNER TO \S+;\n$/, 'diff of two versions');
succeeds($node, ['diff', $placed, $made, '-d', 'shop'], qr/^-    placed timestamp with time zone$/m, 'diff the other way');
succeeds($node, ['diff', 'release 1.0', $function, '-d', 'shop', '--names'], qr/^added    function public\.discount\(integer\)\n$/, 'diff --names, from a label');
succeeds($node, ['diff', $made, $placed, '-d', 'shop', '--stat'], qr/^ table public\.orders \| 3 \+\+-\n 1 object changed, 2 lines added, 1 line removed\n$/, 'diff --stat');
is((ctl($node, 'diff', $made, $placed, '-d', 'shop', '--exit-code'))[0], 1, 'diff --exit-code: 1 if there is a difference');
is((ctl($node, 'diff', $made, $placed, '-d', 'shop'))[0], 0, 'diff: 0 in any case');
{
    my $document = ctl_json($node, 'diff', $made, $renamed, '-d', 'shop');
    my ($table) = grep { $_->{kind} eq 'table' && $_->{identity} eq 'public.sales' } @{ $document->{differences} };
    is_deeply([@$table{qw(change old_identity)}], ['renamed', 'public.orders'], 'diff --json: a rename');
    my ($part) = grep { $_->{part} eq 'column placed' } @{ $table->{parts} };
    is($part->{change}, 'added', 'diff --json: the column that is new');
    is_deeply([@$document{qw(from to)}], [$made, $renamed], 'diff --json: what was compared');
}
fails($node, ['diff', '4000', '-d', 'shop'], 5, qr/schema version 4000 does not exist/, 'diff from an unknown version');

# --- the catalogue as it is: changed where nobody saw it
$node->safe_psql('shop', q{UPDATE pg_attribute SET attname = 'sum' WHERE attrelid = 'sales'::regclass AND attname = 'total'});
succeeds($node, ['diff', '-d', 'shop'], qr/^-    total numeric NOT NULL,\n\+    sum numeric NOT NULL,$/m, 'diff against the catalogue');
is((ctl($node, 'diff', '-d', 'shop', '--exit-code', '--names'))[0], 1, 'diff --exit-code against the catalogue');

# --- colours
for my $case (['always', 1], ['never', 0], ['auto', 0]) {
    my ($status, $out) = ctl($node, 'diff', $made, $placed, '-d', 'shop', '--color', $case->[0]);
    is($out =~ /\033\[32m\+    placed timestamp with time zone\033\[0m\n/ ? 1 : 0, $case->[1], "diff --color $case->[0]");
}
{
    local $ENV{NO_COLOR} = '1';
    like((ctl($node, 'diff', $made, $placed, '-d', 'shop', '--color=always'))[1], qr/\033\[31m/, '--color=always goes before NO_COLOR');
}
fails($node, ['diff', '-d', 'shop', '--color=red'], 2, qr/error: .*--color/, 'diff --color=red');

# --- show of a part
{
    my ($status, $out) = ctl($node, 'show', $alice, '-d', 'shop', '--schema-name', 'stock');
    like($out, qr/^CREATE TABLE stock\.items \($/m, 'show --schema-name: what is in the schema');
    unlike($out, qr/public\.orders/, 'show --schema-name: nothing else');
    ($status, $out) = ctl($node, 'show', $index, '-d', 'shop', '--object', 'public.orders');
    like($out, qr/^CREATE TABLE public\.orders \($/m, 'show --object: the object');
    like($out, qr/^CREATE INDEX by_time /m, 'show --object: what belongs to it');
    unlike($out, qr/discount/, 'show --object: nothing else');
}
fails($node, ['show', 'current', '-d', 'shop', '--object', 'public.nothing'], 5, qr/error: .*public\.nothing/, 'show --object of what is not there');
fails($node, ['show', 'current', '-d', 'shop', '--schema-name', 'nowhere'], 5, qr/error: .*"nowhere"/, 'show --schema-name of what is not there');
done_testing();
