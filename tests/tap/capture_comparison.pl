# What capture cannot see is found by the launcher's comparison; new versions are announced.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('comparison');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'chronos'
chronos.launcher_interval = 1
chronos.comparison_interval = 0
max_prepared_transactions = 5
CONF
$node->start;
$node->safe_psql('postgres', 'CREATE TABLE seen (a int); CREATE EXTENSION chronos');

sub sql { return $node->safe_psql('postgres', shift); }

sub compares_every_seconds {
    sql("ALTER SYSTEM SET chronos.comparison_interval = " . shift);
    sql('SELECT pg_reload_conf()');
}

# NAME, SQL that capture does not see, what the version says it changed
sub is_found {
    my ($name, $unseen, $changed) = @_;
    my $before = sql('SELECT chronos.current_version()');
    sql($unseen);
    is(sql('SELECT chronos.current_version()'), $before, "$name: capture does not see it");
    compares_every_seconds(1);
    $node->poll_query_until('postgres', "SELECT chronos.current_version() > $before") or die "$name: never found";
    compares_every_seconds(0);
    is(sql("SELECT cause, role IS NULL AND transaction IS NULL AND statements = '{}', observed_after < committed_at, duration IS NULL,
                   added || changed || removed FROM chronos.history ORDER BY number DESC LIMIT 1"),
        "unobserved|t|t|t|$changed", "$name: the comparison finds it, with the window of time");
    is(sql('SELECT chronos.reconcile()'), '', "$name: nothing else was missed");
}

is_found('direct catalogue update', "UPDATE pg_class SET relname = 'renamed' WHERE relname = 'seen'",
    '{"table public.renamed (was public.seen)"}');
is_found('event triggers switched off', <<'SQL', '{"table public.unseen"}');
ALTER EVENT TRIGGER chronos_ddl_start DISABLE; ALTER EVENT TRIGGER chronos_ddl_end DISABLE;
ALTER EVENT TRIGGER chronos_drop DISABLE; SET chronos.capture = off;
CREATE TABLE unseen (a int);
ALTER EVENT TRIGGER chronos_ddl_start ENABLE ALWAYS; ALTER EVENT TRIGGER chronos_ddl_end ENABLE ALWAYS;
ALTER EVENT TRIGGER chronos_drop ENABLE ALWAYS;
SQL
is_found('event_triggers = off', "SET event_triggers = off; COMMENT ON TABLE unseen IS 'x'", '{"table public.unseen"}')
    if sql("SELECT current_setting('server_version_num')") >= 170000;

# A replica of the tools' kind does not escape the triggers.
sql("SET session_replication_role = replica; ALTER TABLE unseen ADD b int");
is(sql("SELECT cause, changed FROM chronos.history ORDER BY number DESC LIMIT 1"), 'ddl|{"table public.unseen"}', 'replication role replica is seen');

# Another release of the server writes the same definition in other words.
my $before = sql('SELECT chronos.current_version()');
sql("SET chronos.capture = off; COMMENT ON TABLE unseen IS 'as another release has it'; UPDATE chronos.local SET compared_by = 150000");
compares_every_seconds(300);
$node->poll_query_until('postgres', "SELECT chronos.current_version() > $before") or die 'another release: never found';
is(sql("SELECT cause FROM chronos.history ORDER BY number DESC LIMIT 1"), 'server', 'a text that only the release changed is told apart');
is(sql("SELECT compared_by = current_setting('server_version_num')::int FROM chronos.local"), 't', 'the release is noted');

# A comparison that nobody's change needs leaves the one in the record alone.
compares_every_seconds(1);
my $compared = sql('SELECT compared_at FROM chronos.local');
$node->poll_query_until('postgres', "SELECT compared_at > '$compared' FROM chronos.local") or die 'no comparison';
is(sql('SELECT count(*) FROM chronos.history WHERE committed_at > now()'), '0', 'a comparison that finds nothing makes no version');

# --- announcements
my $listening = $node->background_psql('postgres');
$listening->query_safe('LISTEN chronos_version');
sql('CREATE TABLE announced (a int)');
my $told = $listening->query('SELECT 1');
$told .= $listening->query('SELECT 1');
my $expected = sql(q{SELECT format('{"version": %s, "fingerprint": "%s", "timeline": "%s"}', number, encode(fingerprint, 'hex'), timeline)
                     FROM chronos.history ORDER BY number DESC LIMIT 1});
like($told, qr/notification "chronos_version" with payload "\Q$expected\E"/, 'a listener is told version, fingerprint and timeline');
is(sql("SELECT (('$expected'::json) ->> 'version')::bigint = chronos.current_version()"), 't', 'the payload is JSON');
sql('BEGIN; CREATE TABLE never (a int); ROLLBACK; CREATE TEMP TABLE t (a int)');
unlike($listening->query('SELECT 1') . $listening->query('SELECT 1'), qr/notification/, 'what makes no version is not announced');
sql("BEGIN; CREATE TABLE later (a int); PREPARE TRANSACTION 'later'");
unlike($listening->query('SELECT 1') . $listening->query('SELECT 1'), qr/notification/, 'nor is a prepared transaction');
sql("COMMIT PREPARED 'later'");
like($listening->query('SELECT 1') . $listening->query('SELECT 1'), qr/notification "chronos_version"/, 'it is when it gets its number');
$listening->quit;

# --- a standby compares nothing
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
my ($status, $out, $err) = $standby->psql('postgres', 'SELECT chronos.reconcile()');
like($err, qr/ERROR:  cannot .* (?:recovery|read-only)/, 'a comparison on a standby is refused');
sleep 2;
is($standby->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'chronos%'"), '0', 'no worker runs there');
unlike(slurp_file($standby->logfile), qr/chronos maintenance: .* failed/, 'and none has failed');
$standby->stop;
$node->stop;
done_testing();
