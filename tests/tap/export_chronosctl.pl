# chronosctl export --git: the history as commits, again and again.
use strict;
use warnings;
use utf8;
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use command_line;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $git = (grep { -x $_ } map { "$_/git" } split /:/, $ENV{PATH})[0];
plan skip_all => 'there is no git' unless defined $git;
$ENV{GIT_CONFIG_NOSYSTEM} = 1;
$ENV{GIT_CONFIG_GLOBAL} = '/dev/null';
my $place = tempdir(CLEANUP => 1);

my $node = PostgreSQL::Test::Cluster->new('export');
$node->init(extra => ['--encoding=UTF8', '--locale=C']);
$node->start;
$node->safe_psql('postgres', q{CREATE ROLE "Alice <a@b>" SUPERUSER LOGIN});
$node->safe_psql('postgres', 'CREATE DATABASE shop');
$node->safe_psql('shop', 'CREATE EXTENSION chronos');

sub git {
    my ($directory, @arguments) = @_;
    my ($out, $err) = ('', '');
    IPC::Run::run([$git, '-C', $directory, @arguments], '<', \'', '>', \$out, '2>', \$err, IPC::Run::timeout(60)) or die "git @arguments: $err";
    chomp $out;
    return $out;
}

$node->safe_psql('shop', <<'SQL');
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL);
CREATE VIEW large AS SELECT * FROM orders WHERE total > 100;
CREATE TABLE "Orders" (id integer);
CREATE TABLE "../../up" (id integer);
CREATE TABLE ".git" (id integer);
CREATE FUNCTION f(a integer, b text) RETURNS integer LANGUAGE sql AS $$SELECT a$$;
SELECT chronos.label('release 1.0');
SQL
$node->safe_psql('shop', q{SET SESSION AUTHORIZATION "Alice <a@b>"; SET application_name = 'my tool'; ALTER TABLE orders RENAME TO sales});
$node->safe_psql('shop', 'DROP FUNCTION f(integer, text)');
my $first = $node->safe_psql('shop', 'SELECT chronos.current_version()');

# --- the first run
my $repository = "$place/r";
succeeds($node, ['export', '-d', 'shop', '--git', $repository], qr/^\Q$repository\E: $first versions added to branch main, 1 tag\n$/, 'export');
is(git($repository, 'status', '--porcelain'), '', 'the files are those of the newest version');
is(git($repository, 'rev-list', '--count', 'main'), $first, 'one commit a version');
is(git($repository, 'fsck', '--strict', '--no-progress'), '', 'the repository is sound');
my @files = split /\n/, git($repository, 'ls-tree', '-r', '--name-only', '-z', 'main') =~ s/\0/\n/gr;
ok((grep { $_ eq 'public/table/sales.sql' } @files), 'the renamed table has its new name');
ok(!(grep { $_ eq 'public/table/orders.sql' || m{^public/function/} } @files), 'what was renamed or dropped is gone');
ok(!(grep { m{(^|/)\.} || m{/\.\.?(/|$)} } @files), 'no name leads elsewhere or is hidden');
ok((grep { $_ eq 'public/constraint/sales.orders_pkey.sql' } @files), 'a constraint names its table');
is(git($repository, 'log', '-1', '--format=%s', 'release%201.0'), 'CREATE FUNCTION f(a integer, b text) RETURNS integer LANGUAGE sql AS ...', 'a tag for the label, at its version');
{
    my ($author, $date, $fingerprint) = split /\n/, git($repository, 'log', '-1', '--skip=1', '--format=%an <%ae>%n%at%n%(trailers:key=Chronos-Fingerprint,valueonly)', 'main');
    is($author, 'Alice _a@b_ <Alice__a_b_@my_tool>', 'author: the role at the application, made safe');
    my $version = $first - 1;
    is($date, $node->safe_psql('shop', "SELECT floor(extract(epoch FROM committed_at)) FROM chronos.version WHERE number = $version"), 'date: of the commit');
    is($fingerprint, $node->safe_psql('shop', "SELECT encode(fingerprint, 'hex') FROM chronos.version WHERE number = $version"), 'the fingerprint');
}

# The statements in the files of a commit are those of schema_at(), whatever their order.
sub statements_of {
    my ($script) = @_;
    return [sort grep { !/^\s*(SET |SELECT pg_catalog\.set_config|$)/ } split /(?<=;)\n+/, $script];
}
sub same_as_schema {
    my ($commit, $version) = @_;
    my $files = join "\n", map { git($repository, 'cat-file', 'blob', "$commit:$_") } split /\0/, git($repository, 'ls-tree', '-r', '--name-only', '-z', $commit);
    my $schema = $node->safe_psql('shop', "SELECT chronos.schema_at($version)");
    is_deeply(statements_of("$files\n"), statements_of("$schema\n"), "the files of version $version together are schema_at($version)");
}
same_as_schema('main~' . ($first - $_), $_) for 1 .. $first;

# --- again
succeeds($node, ['export', '-d', 'shop', '--git', $repository], qr/: nothing new\n$/, 'again: nothing new');
my $head = git($repository, 'rev-parse', 'main');
succeeds($node, ['export', '-d', 'shop', '--git', "$place/second"], qr/$first versions added/, 'into another directory');
is(git("$place/second", 'rev-parse', 'main'), $head, 'equal versions are equal commits');

$node->safe_psql('shop', 'ALTER TABLE sales ADD COLUMN placed timestamptz; CREATE SCHEMA stock');
$node->safe_psql('shop', q{SELECT chronos.label('v2')});
my $then = $node->safe_psql('shop', 'SELECT chronos.current_version()');
my $new = $then - $first;
{
    my $report = ctl_json($node, 'export', '-d', 'shop', '--git', $repository);
    is_deeply([@$report{qw(versions tags branch)}], [$new, 1, 'main'], 'later: only what is new');
    is($report->{commit}, git($repository, 'rev-parse', 'v2^{commit}'), 'later: the tag of the new label');
}
is(git($repository, 'rev-parse', "main~$new"), $head, 'later: on top of what was there');
is(git($repository, 'status', '--porcelain'), '', 'later: the files follow');
same_as_schema('main', $then);
{
    my $number = $first - 3;
    $node->safe_psql('shop', "INSERT INTO chronos.label (timeline, name, number, role) SELECT chronos.current_timeline(), 'late', $number, 'me'");
    is(ctl_json($node, 'export', '-d', 'shop', '--git', $repository)->{tags}, 1, 'a label given late becomes a tag');
    like(git($repository, 'log', '-1', '--format=%B', 'late'), qr{^Chronos-Version: [0-9a-f-]{36}/$number$}m, 'a tag of the version that has it');
}
git($place, 'init', '-q', '--bare', "$place/bare");
succeeds($node, ['export', '-d', 'shop', '--git', "$place/bare"], qr/$then versions added/, 'into a bare repository');
is(git("$place/bare", 'rev-parse', 'main'), git($repository, 'rev-parse', 'main'), 'whether in two runs or in one');
{
    local $ENV{GIT_DIR} = "$place/second/.git";
    is(ctl_json($node, 'export', '-d', 'shop', '--git', "$place/bare")->{versions}, 0, 'GIT_DIR, as a hook leaves it, is not heeded');
}

# --- after old versions were forgotten
$node->safe_psql('shop', "SELECT chronos.prune_history($then)");
cmp_ok($node->safe_psql('shop', 'SELECT count(*) FROM chronos.version'), '<', $then, 'versions were forgotten');
is(ctl_json($node, 'export', '-d', 'shop', '--git', "$place/bare")->{versions}, 0, 'what was exported before stays');
$node->safe_psql('shop', 'ALTER TABLE sales ADD COLUMN later integer');
$then = $node->safe_psql('shop', 'SELECT chronos.current_version()');
is(ctl_json($node, 'export', '-d', 'shop', '--git', "$place/bare")->{versions}, 1, 'and is continued');
is(ctl_json($node, 'export', '-d', 'shop', '--git', $repository)->{versions}, 1, 'in each of them');
same_as_schema('main', $then);
{
    my $kept = $node->safe_psql('shop', 'SELECT count(*) FROM chronos.version');
    is(ctl_json($node, 'export', '-d', 'shop', '--git', "$place/kept")->{versions}, $kept, 'a new export has what is kept');
    is(git("$place/kept", 'rev-parse', 'main^{tree}'), git($repository, 'rev-parse', 'main^{tree}'), 'and ends with the same files');
    $then = git($repository, 'rev-list', '--count', 'main');
}

# --- what is refused, and then left as it is
mkdir "$place/full";
append_to_file("$place/full/notes.txt", 'mine');
fails($node, ['export', '-d', 'shop', '--git', "$place/full"], 4, qr/is neither empty nor a git repository\nHINT:  Name a new or empty directory/, 'a directory of other files');
append_to_file("$repository/schema/public.sql", "-- mine\n");
fails($node, ['export', '-d', 'shop', '--git', $repository], 4, qr/has changes that are not committed\nDETAIL:  The first:  ?M schema\/public\.sql/, 'changes that are not committed');
like(slurp_file("$repository/schema/public.sql"), qr/-- mine$/m, 'which are still there');
git($repository, '-c', 'user.name=me', '-c', 'user.email=me@x', 'commit', '-qam', 'mine');
fails($node, ['export', '-d', 'shop', '--git', $repository], 4, qr/branch "main" has commits that no export made\n.*\nHINT:  Export into a directory or onto a branch of its own/, 'a commit of somebody else');
fails($node, ['export', '-d', 'shop', '--git', $repository, '--branch', 'a..b'], 2, qr/"a\.\.b" is no name of a branch/, 'a branch that cannot be');
{
    my $report = ctl_json($node, 'export', '-d', 'shop', '--git', $repository, '--branch', 'other');
    is($report->{branch}, 'other', 'onto a branch of its own');
    is(git($repository, 'rev-parse', 'other^{tree}'), git($repository, 'rev-parse', 'main~1^{tree}'), 'which has the same files');
}
git($place, 'init', '-q', "$place/app");
git("$place/app", '-c', 'user.name=me', '-c', 'user.email=me@x', 'commit', '-q', '--allow-empty', '-m', 'mine');
git("$place/app", 'branch', '-m', 'trunk');
fails($node, ['export', '-d', 'shop', '--git', "$place/app"], 4, qr/has branches, but none that is called "main"/, 'the repository of something else');
mkdir "$place/app/below";
append_to_file("$place/app/below/file", 'x');
fails($node, ['export', '-d', 'shop', '--git', "$place/app/below"], 4, qr/neither empty nor a git repository/, 'a folder within a repository');
$node->safe_psql('postgres', 'CREATE DATABASE another');
$node->safe_psql('another', 'CREATE EXTENSION chronos');
fails($node, ['export', '-d', 'another', '--git', "$place/second"], 4, qr/holds the history of another database/, 'the history of another database');
fails($node, ['export', '-d', 'shop', '--git', "$place/no/such/place"], 1, qr/could not make directory/, 'a place that is not there');
fails($node, ['export', '-d', 'shop'], 2, qr/--git is required/, 'no place');
{
    my $ctl = (grep { -x $_ } map { "$_/chronosctl" } split /:/, $ENV{PATH})[0];
    my ($out, $err) = ('', '');
    local %ENV = (%ENV, environment_of($node), PATH => '/nonexistent');
    IPC::Run::run([$ctl, 'export', '-d', 'shop', '--git', "$place/third"], '<', \'', '>', \$out, '2>', \$err, IPC::Run::timeout(60));
    is($? >> 8, 6, 'without git: exit 6');
    like($err, qr/error: the program "git" was not found\nHINT:  Install git/, 'without git: the error');
}
done_testing();
