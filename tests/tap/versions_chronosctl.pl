# chronosctl init, status, log, show and check: what they print, and what they say when it cannot be.
use strict;
use warnings;
use utf8;
use Encode qw(decode encode);
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use command_line;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('versions');
$node->init(extra => ['--encoding=UTF8', '--locale=C']);
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE shop');
my $repository = tempdir(CLEANUP => 1);

# --- before the extension is there
fails($node, ['status', '-d', 'shop'], 6, qr/^chronosctl: error: extension "chronos" is not installed in database "shop"\nHINT:  Run CREATE EXTENSION chronos \(or chronosctl init\)/, 'status without the extension');
fails($node, ['check', '-d', 'shop', '--require', '>=1'], 2, qr/extension "chronos" is not installed/, 'check without the extension cannot tell');
{
    my ($document, $status) = ctl_json($node, 'log', '-d', 'shop');
    is($status, 6, 'log --json without the extension: exit 6');
    is($document->{error}{code}, 'not_installed', 'log --json: the code of the error');
    like($document->{error}{hint}, qr/CREATE EXTENSION chronos/, 'log --json: the hint');
}

# --- init
succeeds($node, ['init', '-d', 'shop', '--repository', "main=file://$repository"],
    qr/^extension chronos created in database shop; its schema is at version 1\nrepository main added: file:\/\/\Q$repository\E\n$/, 'init');
{
    my $again = ctl_json($node, 'init', '-d', 'shop', '--repository', "main=file://$repository");
    ok(!$again->{created} && !$again->{repositories}[0]{added}, 'init again changes nothing');
    is($again->{repositories}[0]{url}, "file://$repository", 'init --json: the repository');
}
fails($node, ['init', '-d', 'shop', '--repository', 'x=/nonexistent/place'], 1, qr/repository directory "\/nonexistent\/place" does not exist\nHINT:  /, 'init with a place that is not there');
$node->safe_psql('postgres', 'CREATE ROLE app LOGIN');
fails($node, ['init', '-d', 'postgres', '-U', 'app'], 1, qr/error: permission denied to create extension "chronos"\n(DETAIL:.*\n)?HINT:  Connect as a superuser/, 'init as an ordinary role');

# --- changes
$node->safe_psql('shop', <<'SQL');
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL);
ALTER TABLE orders ADD COLUMN placed timestamptz;
SQL
$node->safe_psql('shop', q{SELECT chronos.label('release 1.0')});
$node->safe_psql('shop', encode('UTF-8', q{SET client_encoding = 'UTF8'; CREATE VIEW "it's ""größe"" 注文" AS SELECT 1 AS one}));
my $current = $node->safe_psql('shop', 'SELECT chronos.current_version()');
my $labelled = $node->safe_psql('shop', q{SELECT number FROM chronos.label});

# --- log
{
    my $log = ctl_json($node, 'log', '-d', 'shop');
    is($log->[0]{number}, $current, 'log --json: the newest is first');
    is($log->[-1]{cause}, 'baseline', 'log --json: the oldest is the baseline');
    is(scalar(@$log), $current, 'log --json: every version is there');
    like($log->[0]{fingerprint}, qr/^[0-9a-f]{64}$/, 'log --json: fingerprint');
    like($log->[0]{committed_at}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/, 'log --json: time');
    my ($view) = grep { $_->{kind} eq 'view' } @{ $log->[0]{objects} };
    is_deeply($view, { action => 'added', kind => 'view', identity => q{public."it's ""größe"" 注文"}, old_identity => undef }, 'log --json: an object with quotes and letters');
    is_deeply([map { @{ $_->{labels} } } @$log], ['release 1.0'], 'log --json: the label');
    is(scalar @{ ctl_json($node, 'log', '-d', 'shop', '--limit', 1) }, 1, 'log --limit');
}
{
    my ($status, $out) = ctl($node, 'log', '-d', 'shop', '--oneline');
    my @lines = split /\n/, decode('UTF-8', $out);
    is(scalar @lines, $current + 1, 'log --oneline: a title and one line a version');
    like($lines[0], qr/^version  time +cause +role +what$/, 'log --oneline: the title');
    like($lines[1], qr/^ *$current  \d{4}-\d\d-\d\d .* ddl +\S+ +CREATE VIEW "it's ""größe"" 注文"/, 'log --oneline: the statement');
}
succeeds($node, ['log', '-d', 'shop'], qr/^version $current\ntime: .*^    ALTER TABLE orders ADD COLUMN placed timestamptz$/ms, 'log');

# --- show
succeeds($node, ['show', '-d', 'shop', 'release 1.0'], qr/^version $labelled \(release 1\.0\)\n.*fingerprint:  [0-9a-f]{64}\n/s, 'show by label');
is(ctl_json($node, 'show', '-d', 'shop')->{number}, $current, 'show: the current version unless told otherwise');
is(ctl_json($node, 'show', '1', '-d', 'shop')->{cause}, 'baseline', 'show by number');
{
    my ($status, $schema) = ctl($node, 'show', '-d', 'shop', 'current', '--schema');
    $node->safe_psql('postgres', 'CREATE DATABASE again');
    $node->psql('again', "SET client_encoding = 'UTF8';\n$schema", on_error_die => 1);
    is($node->safe_psql('again', q{SELECT count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attnum > 0}), '3', 'show --schema: SQL that builds the schema');
    is(ctl_json($node, 'show', '-d', 'shop', 'current', '--schema')->{schema}, decode('UTF-8', $schema), 'show --schema --json: the same text');
}
fails($node, ['show', '-d', 'shop', '999'], 5, qr/error: schema version 999 does not exist\nDETAIL:  The newest version is $current\.\nHINT:  /, 'show of an unknown version');
fails($node, ['show', '-d', 'shop', encode('UTF-8', q{it's "größe"})], 5, qr/no schema version is called "it's "/, 'show of an unknown label');
fails($node, ['show', '-d', 'shop', 'release 1.00'], 5, qr/DETAIL:  Similar labels are "release 1\.0"/, 'show of a label that is nearly right');
fails($node, ['show', '-d', 'shop', '2001-01-01'], 5, qr/there was no schema version yet at 2001-01-01/, 'show of a time before the first version');

# --- check
succeeds($node, ['check', '-d', 'shop', '--require', ">=$labelled <999"], qr/^version $current satisfies >=$labelled <999\n$/, 'check of what fits');
succeeds($node, ['check', '-d', 'shop', '--require', ">'release 1.0'"], qr/satisfies/, 'check of a label');
succeeds($node, ['check', '-d', 'shop'], qr/^version $current\n$/, 'check without a requirement');
succeeds($node, ['check', '-d', 'shop', '--require', $node->safe_psql('shop', q{SELECT encode(chronos.fingerprint(), 'hex')})], qr/satisfies/, 'check of a fingerprint');
fails($node, ['check', '-d', 'shop', '--require', '>=999'], 1, qr/error: schema version $current does not satisfy ">=999"\nDETAIL:  The database is at version $current.*\nHINT:  Migrate the database/, 'check of what does not fit');
fails($node, ['check', '-d', 'shop', '--require', 'nowhere'], 1, qr/No version has the label "nowhere"/, 'check of a label that nobody gave');
fails($node, ['check', '-d', 'shop', '--require', '>='], 2, qr/error: a version is missing.*\nHINT:  A requirement looks like/, 'check of nonsense');
fails($node, ['check', '-d', 'shop', '--require', ''], 2, qr/error: the requirement is empty/, 'check of an empty requirement, as an unset variable makes it');
fails($node, ['check', '-d', 'shop', '--require', '>=999', '--quiet'], 1, qr/^$/, 'check --quiet');
{
    my ($document, $status) = ctl_json($node, 'check', '-d', 'shop', '--require', '>=999');
    is($status, 1, 'check --json of what does not fit: exit 1');
    ok(!$document->{satisfied} && $document->{version}{number} == $current, 'check --json: not satisfied, and by which version');
    is($document->{error}{code}, 'requirement', 'check --json: the error');
    ok(ctl_json($node, 'check', '-d', 'shop', '--require', '>=1')->{satisfied}, 'check --json of what fits');
}
{
    my $next = $current + 1;
    my ($harness, $out, $err) = start_ctl($node, 'check', '-d', 'shop', '--require', ">=$next", '--wait', 60);
    sleep 1;
    ok($harness->pumpable && $$out eq '', 'check --wait waits');
    $node->safe_psql('shop', 'CREATE TABLE late ()');
    $harness->finish;
    is($harness->result(0), 0, 'check --wait: exit 0 once somebody migrates');
    is($$out, "version $next satisfies >=$next\n", 'check --wait: what it prints');
    my $begin = time;
    fails($node, ['check', '-d', 'shop', '--require', '>=999', '--wait', '1'], 1, qr/does not satisfy/, 'check --wait in vain');
    cmp_ok(time - $begin, '<', 20, 'check --wait ends in time');
}

# --- labels that come from a migration tool
{
    $node->safe_psql('postgres', 'CREATE DATABASE tools');
    $node->safe_psql('tools', 'CREATE EXTENSION chronos');
    $node->safe_psql('tools', q{BEGIN; CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); CREATE TABLE orders (id int);
        INSERT INTO alembic_version VALUES ('3f2a'); COMMIT});
    is_deeply(ctl_json($node, 'log', '-d', 'tools', '-n', 1)->[0]{labels}, ['alembic:3f2a'], 'log --json: the revision of a tool');
    succeeds($node, ['show', '-d', 'tools', 'alembic:3f2a'], qr/^version 2 \(alembic:3f2a\)/, 'show by the revision of a tool');
    $node->safe_psql('tools', q{UPDATE alembic_version SET version_num = '4b11'});
    is_deeply(ctl_json($node, 'log', '-d', 'tools', '-n', 1)->[0]{labels}, ['alembic:3f2a', 'alembic:4b11'], 'log --json: one that changed no schema');
    succeeds($node, ['check', '-d', 'tools', '--require', '>=alembic:4b11'], qr/^version 2 \(alembic:3f2a, alembic:4b11\) satisfies/, 'check of the revision of a tool');
    fails($node, ['check', '-d', 'tools', '--require', '>=alembic:5c22'], 1, qr/No version has the label "alembic:5c22"/, 'check of one that is not applied');
}

# --- status, and what an ordinary role may see of it
{
    my $status = ctl_json($node, 'status', '-d', 'shop');
    is($status->{version}{number}, $current + 1, 'status --json: version');
    is($status->{components}{server}, $node->safe_psql('shop', q{SELECT split_part(current_setting('server_version'), ' ', 1)}), 'status --json: server');
    is($status->{components}{extension}, $status->{components}{library}, 'status --json: extension and library');
    is_deeply([map { "$_->{name} $_->{url}" } @{ $status->{repositories} }], ["main file://$repository"], 'status --json: repositories');
    is_deeply([$status->{mismatches}, $status->{running}, $status->{last_snapshot}], [[], [], undef], 'status --json: all is well, nothing runs');
    cmp_ok($status->{history}{bytes}, '>', 0, 'status --json: size of the history');
}
succeeds($node, ['status', '-d', 'shop'], qr/^database: +shop\nrecovery point: .*\nversion: +\d+\n.*^repositories: +main  file:/ms, 'status');
succeeds($node, ['status', '-d', 'shop', '-U', 'app'], qr/^repositories: +not shown: the role is no member of pg_read_all_stats$/m, 'status as an ordinary role');
succeeds($node, ['log', '-d', 'shop', '-U', 'app', '--json'], qr/"<insufficient privilege>"/, 'log as an ordinary role: the statements of others are not shown');
succeeds($node, ['check', '-d', 'shop', '-U', 'app', '--require', '>=1'], qr/satisfies/, 'check as an ordinary role');

# --- components of other versions
my $own = $node->safe_psql('shop', q{SELECT extversion FROM pg_extension WHERE extname = 'chronos'});
sub pretend { $node->safe_psql('shop', "UPDATE pg_extension SET extversion = '$_[0]' WHERE extname = 'chronos'"); }
pretend('0.0.9');
fails($node, ['log', '-d', 'shop'], 6, qr/error: extension "chronos" is of version 0\.0\.9, older than this library of version \Q$own\E\nHINT:  .*ALTER EXTENSION chronos UPDATE/, 'an older extension');
fails($node, ['check', '-d', 'shop', '--require', '>=1'], 2, qr/older than this library/, 'check with an older extension cannot tell');
pretend('99.0.0');
fails($node, ['show', '-d', 'shop'], 6, qr/error: this library is of version \Q$own\E, older than extension "chronos" of version 99\.0\.0\nHINT:  Upgrade libchronos and chronosctl/, 'a newer extension');
my $patch = $own =~ s/\.\d+$/.999/r;
pretend($patch);
{
    my ($status, $out, $err) = ctl($node, 'status', '-d', 'shop');
    is($status, 0, 'a module older than its SQL: status works');
    like($err, qr/warning: the server's chronos\.so is of version \Q$own\E, older than extension "chronos" of version \Q$patch\E\nHINT:  Upgrade the package/, 'a module older than its SQL: what to do');
}
pretend($own);
succeeds($node, ['check', '-d', 'shop'], qr/^version/, 'all is well again');

# --- connections
{
    local $ENV{PGDATABASE};
    my ($host, $port) = ($node->host, $node->port);
    succeeds(undef, ['check', '-d', "host=$host port=$port dbname=shop"], qr/^version/, 'a conninfo string');
    my $encoded = $host =~ s{/}{%2F}gr;
    succeeds(undef, ['check', '-d', "postgresql://$encoded:$port/shop"], qr/^version/, 'a URI');
    succeeds(undef, ['check', '-h', $host, '-p', $port, '-d', 'shop'], qr/^version/, '-h, -p and -d');
    fails(undef, ['check', '-d', 'postgresql:///shop', '-h', $host], 2, qr/a URI cannot be combined with -h/, 'a URI and -h');
    local $ENV{PGHOST} = $host;
    local $ENV{PGPORT} = $port;
    local $ENV{PGDATABASE} = 'shop';
    succeeds(undef, ['check'], qr/^version/, 'PG* variables alone');
}
{
    my $odd = q{it's "odd" größe};
    my $bytes = encode('UTF-8', $odd);
    $node->safe_psql('postgres', encode('UTF-8', q{SET client_encoding = 'UTF8'; CREATE DATABASE "it's ""odd"" größe"}));
    my ($document, $status) = ctl_json($node, 'init', '-d', $bytes);
    is($document->{database}, $odd, 'a database whose name has quotes, blanks and letters');
    is(ctl_json($node, 'status', '-d', $bytes)->{database}, $odd, 'and its status');
}
fails($node, ['log', '-d', 'nowhere'], 2, qr/error: could not connect to database "nowhere"\nDETAIL:  .*does not exist/, 'a database that is not there');
fails($node, ['log', '-p', '1'], 2, qr/error: could not connect to database "postgres"\nDETAIL:  .*\n(.*\n)*HINT:  Is a server running/, 'no server');
fails($node, ['log', '-d', 'dbname=shop colour=red'], 2, qr/invalid connection option "colour"/, 'a conninfo string that cannot be right');
{
    my $hba = $node->data_dir . '/pg_hba.conf';
    my $kept = slurp_file($hba);
    append_to_file($hba, '');
    open my $file, '>', $hba or die;
    print $file "local all app reject\n$kept";
    close $file;
    $node->reload;
    ok($node->poll_query_until('postgres', q{SELECT count(*) > 0 FROM pg_hba_file_rules WHERE auth_method = 'reject'}), 'a line that refuses');
    fails($node, ['check', '-d', 'shop', '-U', 'app'], 2, qr/pg_hba\.conf.*HINT:  .*local +"shop" +"app"/s, 'a refused connection: the line that would allow it');
}
$node->stop;
fails($node, ['check', '-d', 'shop', '--require', '>=1'], 2, qr/could not connect/, 'check without a server cannot tell');
done_testing();
