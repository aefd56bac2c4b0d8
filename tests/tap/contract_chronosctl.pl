# chronosctl contract make and check, and chronosctl check --contract.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use command_line;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('contract');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE shop; CREATE DATABASE bare; CREATE ROLE app LOGIN; CREATE ROLE dba SUPERUSER LOGIN');
$node->safe_psql('shop', <<'SQL');
CREATE EXTENSION chronos;
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL, note text);
CREATE FUNCTION place(total numeric) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
GRANT SELECT, INSERT ON orders TO app;
SQL
my $folder = tempdir(CLEANUP => 1);
my $file = "$folder/contract.json";

sub write_file { my ($name, $text) = @_; unlink $name; append_to_file($name, $text); return; }

# --- make
my ($made, $status) = ctl_json($node, 'contract', 'make', '-d', 'shop', '--tables', 'public.*', '--functions', 'place(numeric)', '--role', 'app', '--name', 'shop 1.0');
is($status, 0, 'make: exit 0');
is($made->{name}, 'shop 1.0', 'make: the name');
is_deeply($made->{tables}{'public.orders'}{privileges}, [ 'SELECT', 'INSERT' ], 'make: the privileges of the role');
is($made->{tables}{'public.orders'}{columns}{id}{type}, 'bigint', 'make: the columns');
ok(exists $made->{functions}{'public.place(numeric)'}, 'make: the function');
write_file($file, JSON::PP::encode_json($made));
fails($node, [ 'contract', 'make', '-d', 'shop', '--tables', 'public.nothing' ], 5, qr/table public\.nothing does not exist/, 'make of what is not there');
fails($node, [ 'contract', 'make', '-d', 'bare', '--tables', 'public.*' ], 6, qr/extension "chronos" is not installed/, 'make without the extension');

# --- kept
succeeds($node, [ 'contract', 'check', $file, '-d', 'shop', '-U', 'app' ], qr/^the contract is kept\n$/, 'contract check');
succeeds($node, [ 'check', '-d', 'shop', '-U', 'app', '--contract', $file ], qr/^version \d+ keeps the contract "shop 1\.0"\n$/, 'check --contract');
succeeds($node, [ 'check', '-d', 'shop', '-U', 'app', '--contract', $file, '--require', '>=1' ], qr/^version \d+ satisfies >=1 and keeps the contract "shop 1\.0"\n$/, 'check with both');
{
    my $document = ctl_json($node, 'check', '-d', 'shop', '--contract', $file);
    ok($document->{satisfied} && $document->{contract} eq $file, 'check --contract --json');
    my ($out, $err) = ('', '');
    local %ENV = (%ENV, environment_of($node));
    IPC::Run::run([ 'chronosctl', 'contract', 'check', '-', '-d', 'shop' ], '<', $file, '>', \$out, '2>', \$err);
    is($out, "the contract is kept\n", 'a contract from standard input') or diag $err;
}

# --- broken
$node->safe_psql('shop', 'ALTER TABLE orders ALTER total DROP NOT NULL', extra_params => [ '-U', 'dba' ]);
$node->safe_psql('shop', 'REVOKE INSERT ON orders FROM app; ALTER TABLE orders RENAME note TO remark', extra_params => [ '-U', 'dba' ]);
{
    my ($code, $out, $err) = ctl($node, 'contract', 'check', $file, '-d', 'shop', '-U', 'app');
    is($code, 1, 'contract check: exit 1');
    like($out, qr/^ *\d+ +\S+ \S+ .*dba +column note of public\.orders is called remark since version \d+, by dba$/m, 'contract check: what, since when, by whom');
    like($out, qr/column total of public\.orders can be null/, 'contract check: nullability');
    like($out, qr/role app lacks INSERT on table public\.orders/, 'contract check: privileges of who asks');
    my ($document) = ctl_json($node, 'contract', 'check', $file, '-d', 'shop', '-U', 'app');
    ok(!$document->{satisfied}, 'contract check --json');
    is_deeply([ map { $_->{problem} } @{ $document->{breaches} } ], [ 'privilege', 'missing', 'nullable' ], 'contract check --json: the breaches')
        or diag explain $document;
    my ($said, $exit) = ctl_json($node, 'check', '-d', 'shop', '-U', 'app', '--contract', $file);
    is($exit, 1, 'check --contract: exit 1');
    is($said->{error}{code}, 'requirement', 'check --contract --json: the code');
    fails($node, [ 'check', '-d', 'shop', '-U', 'app', '--contract', $file ], 1, qr/does not keep the contract "shop 1\.0"\nDETAIL:  .*\n.*\n.*\nHINT:  It may have been kept up to version \d+/, 'check --contract');
}
{
    my ($harness, $out, $err) = start_ctl($node, 'check', '-d', 'shop', '-U', 'app', '--contract', $file, '--wait', '60');
    $node->safe_psql('shop', 'GRANT INSERT ON orders TO app; ALTER TABLE orders RENAME remark TO note; ALTER TABLE orders ALTER total SET NOT NULL');
    $harness->finish;
    is($harness->result(0), 0, 'check --contract --wait: until it is mended') or diag $$err;
}

# --- what cannot be read
fails($node, [ 'contract', 'check', "$folder/none.json", '-d', 'shop' ], 2, qr/could not read contract ".*none\.json": No such file/, 'no file');
write_file("$folder/bad.json", '{"tables": ');
fails($node, [ 'check', '--contract', "$folder/bad.json", '-d', 'shop' ], 2, qr/bad\.json": the contract is not valid JSON\nDETAIL:  .*\nHINT:  "chronosctl contract make" writes one\./s, 'no JSON');
write_file("$folder/odd.json", '{"tabels": {}}');
fails($node, [ 'check', '--contract', "$folder/odd.json", '-d', 'shop' ], 2, qr/invalid contract: the contract has an unknown member "tabels"/, 'no contract');
fails($node, [ 'contract', 'check', $file, '-d', 'bare' ], 2, qr/extension "chronos" is not installed/, 'no extension');
$node->stop;
done_testing();
