# What is kept of who made a version, over TCP and by a role that acts for another.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use supervised_server;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('capture_evidence', conf => "listen_addresses = '127.0.0.1'\n");
$node->safe_psql('postgres', 'CREATE ROLE builder; CREATE ROLE clerk LOGIN; GRANT builder TO clerk; GRANT CREATE ON SCHEMA public TO builder');
my $tcp = 'host=127.0.0.1 port=' . $node->port . ' dbname=postgres user=clerk application_name=office';
my $sql = "BEGIN; SET LOCAL ROLE builder; SELECT pg_current_xact_id(); SELECT pg_sleep(0.2); CREATE TABLE made (i int); COMMIT";
my ($out, $error) = run_command(['psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $tcp, '-c', $sql]);
is($error, '', 'a table is made over TCP');
my ($transaction) = $out =~ /^(\d+)/;
is($node->safe_psql('postgres', q(SELECT role, session_role, application, host(client_address::inet), transaction, committed_at - started_at > '0.2 s', statements
    FROM chronos.version ORDER BY number DESC LIMIT 1)),
    "builder|clerk|office|127.0.0.1|$transaction|t|{\"CREATE TABLE made (i int)\"}", 'role, session role, application, address, transaction, duration, statement');
$node->safe_psql('postgres', 'DROP TABLE made');
is($node->safe_psql('postgres', 'SELECT client_address IS NULL FROM chronos.version ORDER BY number DESC LIMIT 1'), 't', 'a socket has no address');
$node->stop;
done_testing();
