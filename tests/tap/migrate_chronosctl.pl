# chronosctl migrate: up, down and what stands in between, as an operator meets it.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use command_line;
use migration_directory;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('migrate');
$node->init(extra => ['--encoding=UTF8', '--locale=C']);
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE app; CREATE ROLE owner LOGIN');

sub shop { return new_shop($node); }
sub migrate { my ($verb, $database, $directory, @more) = @_; return ctl($node, 'migrate', (ref $verb ? @$verb : $verb), '-d', $database, '--dir', $directory, @more); }
sub states {
    my ($database, $directory) = @_;
    return join ' ', map { "$_->{version}:$_->{state}" } @{ ctl_json($node, 'migrate', 'status', '-d', $database, '--dir', $directory) };
}
sub fingerprint { my ($database) = @_; return $node->safe_psql($database, "SELECT encode(chronos.fingerprint(), 'hex')"); }
sub tables { my ($database) = @_; return $node->safe_psql($database, q{SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'}); }

# --- up, status, down, to
my %orders = (
    '0001_orders.up.sql' => "CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL);\nINSERT INTO orders SELECT i, i FROM generate_series(1, 100) i;\n",
    '0001_orders.down.sql' => "DROP TABLE orders;\n",
    '0002_placed.up.sql' => "ALTER TABLE orders ADD COLUMN placed timestamptz DEFAULT '2026-11-23';\nCREATE VIEW recent AS SELECT id, placed FROM orders;\n",
    '0003_notes.up.sql' => "CREATE TABLE notes (x text);\n",
);
{
    my $database = shop();
    my $dir = directory('basic', %orders);
    my $empty = fingerprint($database);
    is(states($database, $dir), '1:pending 2:pending 3:pending', 'all are pending');
    succeeds($node, ['migrate', 'plan', '-d', $database, '--dir', $dir], qr/^-- up 1  orders  \(0001_orders\.up\.sql, one transaction\)\nCREATE TABLE.*^-- up 2 .*^-- lock: AccessExclusiveLock\nALTER TABLE orders ADD COLUMN/ms, 'plan');
    is(tables($database), '', 'a plan changes nothing');
    succeeds($node, ['migrate', 'to', '2', '-d', $database, '--dir', $dir], qr/^up    1  orders  .*, schema version 1 -> 2\nup    2  placed  .*, schema version 2 -> 3\n$/, 'to 2');
    my $two = fingerprint($database);
    is(states($database, $dir), '1:applied 2:applied 3:pending', 'two are applied');
    my ($document, $status) = ctl_json($node, 'migrate', 'up', '-d', $database, '--dir', $dir);
    is($status, 0, 'up --json: exit 0');
    is_deeply([map { "$_->{direction} $_->{version} $_->{version_before} $_->{version_after}" } @{ $document->{migrations} }], ['up 3 3 4'], 'up --json');
    succeeds($node, ['migrate', 'up', '-d', $database, '--dir', $dir], qr/^nothing to do\n$/, 'up again');
    is($node->safe_psql($database, q{SELECT string_agg(concat_ws(',', version, name, state, down_origin, transactional, applied_by = session_user, applied_at <= now(), duration > '0', version_before, version_after), ' ' ORDER BY sequence) FROM chronos.migration}),
        '1,orders,applied,script,t,t,t,t,1,2 2,placed,applied,t,t,t,t,2,3 3,notes,applied,t,t,t,t,3,4', 'the record');
    my ($one) = grep { $_->{version} eq '1' } @{ ctl_json($node, 'migrate', 'status', '-d', $database, '--dir', $dir) };
    is_deeply([@$one{qw(name file kind down origin version_before version_after)}], ['orders', '0001_orders.up.sql', 'versioned', 'script', 'run', 1, 2], 'status --json');

    fails($node, ['migrate', 'down', '-d', $database, '--dir', $dir], 4, qr/error: 1 migration would be undone\nDETAIL:  down 3  notes \(derived\)\n +loses table public\.notes: 0 rows, .*\nHINT:  Add --yes/, 'a way down needs a word');
    my ($exit, $out, $err) = migrate('down', $database, $dir, '--yes', '--steps', '2');
    is($exit, 0, 'down --steps 2: exit 0');
    like($out, qr/^down  3  notes .*, derived\ndown  2  placed .*, derived\n$/, 'derived ways down, the last first');
    like($err, qr/loses table public\.orders: 100 rows, .*(data_loss)?/, 'what is lost is told');
    is(states($database, $dir), '1:applied 2:pending 3:pending', 'two are undone');
    ($exit, $out, $err) = migrate(['to', '2'], $database, $dir);
    is(fingerprint($database), $two, 'up again leads to the same schema');
    ($exit, $out, $err) = migrate(['to', '0'], $database, $dir, '--yes');
    is($exit, 0, 'to 0: exit 0');
    like($err, qr/down 1  orders\n  loses table public\.orders: 100 rows, /, 'of a script of the directory too');
    is(fingerprint($database), $empty, 'back to nothing');
    is($node->safe_psql($database, 'SELECT count(*) FROM orders' =~ s/orders/chronos.migration WHERE state <> 'stored'/r), '0', 'nothing is applied');
    fails($node, ['migrate', 'to', '9', '-d', $database, '--dir', $dir], 5, qr/there is no migration 9/, 'to what is not there');
}

# --- a way down does not need the directory it came from
{
    my $database = shop();
    my $dir = directory('gone', %orders);
    migrate('up', $database, $dir);
    my $rest = directory('rest', map { $_ => $orders{$_} } grep { /^0001/ } keys %orders);
    is(states($database, $rest), '1:applied 2:missing 3:missing', 'files that are gone');
    fails($node, ['migrate', 'up', '-d', $database, '--dir', $rest], 4, qr/2 applied migrations have no file\nDETAIL:  2  0002_placed\.up\.sql\n3  0003_notes\.up\.sql\n/, 'up refuses');
    is((migrate('up', $database, $rest, '--missing', 'warn'))[0], 0, 'unless told otherwise');
    is((migrate(['to', '1'], $database, $rest, '--yes'))[0], 0, 'they can be undone');
    is(tables($database), 'orders', 'by what was kept');
}

# --- an error: file, line, statement, and nothing is left
{
    my $database = shop();
    my $dir = directory('wrong', '0001_a.up.sql' => "CREATE TABLE a (x int);\n", '0002_b.up.sql' => "CREATE TABLE b (x int);\n\nINSERT INTO b\n  SELECT x, wrong FROM a;\nCREATE TABLE c ();\n");
    my ($exit, $out, $err) = migrate('up', $database, $dir);
    is($exit, 1, 'a script that fails: exit 1');
    like($out, qr/^up    1  a .*\n$/, 'those before it are applied');
    like($err, qr/error: 0002_b\.up\.sql:4: column "wrong" does not exist\nDETAIL:  Line 4, column 13:   SELECT x, wrong FROM a;?\nAll of migration 2 has been rolled back\.\n/, 'where it failed');
    is(tables($database), 'a', 'it is rolled back as a whole');
    is(states($database, $dir), '1:applied 2:pending', 'it is pending as before');
    $dir = directory('deferred', '0001_a.up.sql' => "CREATE TABLE a (x int);\n", '0002_b.up.sql' => "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE q (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED); INSERT INTO q VALUES (1);\n");
    fails($node, ['migrate', 'up', '-d', $database, '--dir', $dir], 1, qr/error: 0002_b\.up\.sql: at COMMIT: insert or update on table "q" violates/, 'what fails at the commit');
    $dir = directory('do', '0001_a.up.sql' => "CREATE TABLE a (x int);\n", '0002_b.up.sql' => "DO \$\$ BEGIN COMMIT; END \$\$;\n");
    fails($node, ['migrate', 'up', '-d', $database, '--dir', $dir], 1, qr/0002_b\.up\.sql:1: invalid transaction termination\n(.*\n)*HINT:  Put a line "-- chronos: no-transaction"/, 'a block that commits by itself');
    is(tables($database), 'a', 'nothing of it is left');
}

# --- late, changed, repaired
{
    my $database = shop();
    migrate('up', $database, directory('early', '0001_a.up.sql' => "CREATE TABLE a (x int);\n", '0003_c.up.sql' => "CREATE TABLE c (x int);\n"));
    my $dir = directory('late', '0001_a.up.sql' => "-- formatted\ncreate table A\n(x INT);", '0002_b.up.sql' => "CREATE TABLE b (x int);\n", '0003_c.up.sql' => "CREATE TABLE c (x int);\n", '0004_d.up.sql' => "CREATE TABLE d (x int);\n");
    is(states($database, $dir), '1:applied 2:late 3:applied 4:pending', 'form does not count');
    fails($node, ['migrate', 'up', '-d', $database, '--dir', $dir], 4, qr/error: 1 migration is older than those that are applied\nDETAIL:  2  0002_b\.up\.sql\nHINT: /, 'late ones are listed');
    my ($exit, $out, $err) = migrate('up', $database, $dir, '--out-of-order', 'warn');
    like($err, qr/warning: left out, because newer ones are applied: 2  0002_b\.up\.sql/, 'or left out with a warning');
    like($out, qr/^up    4  d /, 'and the others are run');
    is((migrate('up', $database, $dir, '--out-of-order', 'apply'))[0], 0, 'or applied');
    is(tables($database), 'a b c d', 'all are there');
    my $changed = directory('changed', '0001_a.up.sql' => "CREATE TABLE a (x bigint);\n", '0002_b.up.sql' => "CREATE TABLE b (x int);\n", '0003_c.up.sql' => "CREATE TABLE c (x int);\n");
    is(states($database, $changed), '1:changed 2:applied 3:applied 4:missing', 'a script that changed');
    fails($node, ['migrate', 'up', '-d', $database, '--dir', $changed], 4, qr/1 of the applied migrations has another script now\nDETAIL:  0001_a\.up\.sql\n@@ -1 \+1 @@\n-CREATE TABLE a \(x int\);\n\+CREATE TABLE a \(x bigint\);/, 'with a diff');
    ($exit, $out, $err) = migrate('repair', $database, $changed);
    like($out, qr/^1  a: would be accepted as the script that was applied\n.*^4  d: its file is gone; would be forgotten/ms, 'repair tells what it would do');
    like($err, qr/--yes does it/, 'and how');
    is(states($database, $changed), '1:changed 2:applied 3:applied 4:missing', 'nothing is done yet');
    is((migrate('repair', $database, $changed, '--yes'))[0], 0, 'repair --yes');
    is(states($database, $changed), '1:applied 2:applied 3:applied', 'the record agrees');
}

# --- baseline, new
{
    my $database = shop();
    my $dir = directory('base', %orders);
    succeeds($node, ['migrate', 'baseline', '2', '-d', $database, '--dir', $dir], qr/^marked as applied: 1\nmarked as applied: 2\n$/, 'baseline');
    is(states($database, $dir), '1:applied 2:applied 3:pending', 'two are marked');
    is(tables($database), '', 'none was run');
    is((migrate('up', $database, $dir))[0], 0, 'up after a baseline');
    is(tables($database), 'notes', 'only the last one was run');
    fails($node, ['migrate', 'to', '1', '-d', $database, '--dir', $dir, '--yes'], 5, qr/migration 2 has no way down\nDETAIL:  There is no script for it, and the schema before it was not recorded/, 'no way down where nothing is known');
    my $place = tempdir(CLEANUP => 1);
    is((ctl($node, 'migrate', 'new', 'Add orders!', '--dir', "$place/m"))[1], "$place/m/0001_Add_orders.up.sql\n$place/m/0001_Add_orders.down.sql\n", 'new');
    is((ctl($node, 'migrate', 'new', 'more', '--dir', "$place/m"))[1], "$place/m/0002_more.up.sql\n$place/m/0002_more.down.sql\n", 'the next number');
}

# --- what a script does to its session does not last, and does not keep it from being recorded
{
    my $database = shop();
    $node->safe_psql($database, 'CREATE SCHEMA other; GRANT ALL ON SCHEMA other TO app');
    my $dir = directory('session', '1_a.up.sql' => "SET search_path = other;\nSET ROLE app;\nSET standard_conforming_strings = off;\nCREATE TABLE a (x int);\n", '2_b.up.sql' => "-- chronos: no-transaction\nSET ROLE app; SET search_path = other;\nCREATE TABLE c (x int);\nCREATE TABLE d (x int);\n", '3_c.up.sql' => "CREATE TABLE b (x int);\n");
    my ($exit, $out, $err) = migrate('up', $database, $dir);
    is("$exit$err", '0', 'scripts that change role and search_path');
    is($node->safe_psql($database, q{SELECT string_agg(concat_ws(' ', oid::regclass, relowner::regrole), ', ' ORDER BY relname) FROM pg_class WHERE relname IN ('a', 'b', 'c', 'd')}), 'other.a app, b postgres, other.c app, other.d app', 'each has a session of its own');
    is($node->safe_psql($database, 'SELECT count(DISTINCT applied_by) FROM chronos.migration'), '1', 'applied by who logged in');
}

# --- rows in a script; a script with transactions of its own
{
    my $database = shop();
    my $dir = directory('rows', '1_a.up.sql' => "CREATE TABLE a (x int, y text);\nCOPY a FROM stdin;\n1\tone; 'two'\n2\t\\N\n\\.\nSELECT * FROM a;\nCOPY a TO stdout;\n",
        '2_b.up.sql' => "BEGIN;\nCREATE TABLE b (x int);\nCOMMIT;\n", '3_c.up.sql' => "CREATE TABLE c (x int);\nCOMMIT;\nCREATE TABLE d (x int);\n");
    my ($exit, $out, $err) = migrate('up', $database, $dir);
    is("$exit$err", '0', 'COPY, BEGIN and COMMIT in scripts');
    is($node->safe_psql($database, q{SELECT string_agg(concat_ws('=', x, y), ' ' ORDER BY x) FROM a}), q{1=one; 'two' 2}, 'the rows are there');
    is($node->safe_psql($database, q{SELECT string_agg(version || direction || step || state, ' ' ORDER BY version, step) FROM chronos.migration_step}), '3up1done 3up2done', 'a script that commits by itself is recorded part by part');
    is(tables($database), 'a b c d', 'all is there');
}

# --- an ordinary owner of the database
{
    $node->safe_psql('postgres', 'CREATE DATABASE own OWNER owner');
    $node->safe_psql('own', 'CREATE EXTENSION chronos');
    my $dir = directory('own', %orders);
    my ($exit, $out, $err) = migrate('up', 'own', $dir, '-U', 'owner');
    is("$exit$err", '0', 'the owner of a database may migrate it');
    is($node->safe_psql('own', 'SELECT DISTINCT applied_by FROM chronos.migration'), 'owner', 'it is known who it was');
    is((migrate('down', 'own', $dir, '-U', 'owner', '--yes'))[0], 0, 'and back');
    $node->safe_psql('postgres', 'CREATE ROLE guest LOGIN');
    fails($node, ['migrate', 'up', '-d', 'own', '--dir', $dir, '-U', 'guest'], 1, qr/permission denied/, 'another may not');
}

# --- no extension, no directory, two tools
{
    $node->safe_psql('postgres', 'CREATE DATABASE plain');
    my $dir = directory('basic2', %orders);
    fails($node, ['migrate', 'up', '-d', 'plain', '--dir', $dir], 6, qr/chronos/, 'no extension');
    fails($node, ['migrate', 'up', '-d', 'plain', '--dir', "$dir/none"], 2, qr/could not read directory/, 'no directory');
    fails($node, ['migrate', 'status', '-d', 'plain', '--dir', directory('mixed', '1_a.up.sql' => '', '2_b.sql' => '')], 2, qr/mixed: the directory holds migrations of two tools/, 'two tools');
    fails($node, ['migrate', 'status', '-d', 'plain', '--dir', directory('latin', '1_a.up.sql' => "SELECT '\xe9';\n")], 2, qr/latin: "1_a\.up\.sql" is not UTF-8\nDETAIL:  In line 1 is the byte 0xe9/, 'not UTF-8');
}

# --- a dump takes the migrations along
{
    my $database = shop();
    my $dir = directory('dumped', %orders);
    migrate('up', $database, $dir);
    $node->safe_psql('postgres', 'CREATE DATABASE copied');
    system_or_bail('sh', '-c', "pg_dump -d '" . $node->connstr($database) . "' | psql -Xq -v ON_ERROR_STOP=1 -o /dev/null -d '" . $node->connstr('copied') . "'");
    is(states('copied', $dir), '1:applied 2:applied 3:applied', 'the copy knows them');
    is((migrate('down', 'copied', $dir, '--yes', '--steps', '3'))[0], 0, 'and can undo them');
    is(tables('copied'), '', 'down to nothing');
}
done_testing();
