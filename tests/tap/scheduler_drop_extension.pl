# DROP EXTENSION while a worker of the launcher is at its tables: whoever is second waits for the other.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use supervised_server;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('scheduler_drop_extension', preload => 1);

sub waits {
    my $who = shift;
    return $node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND $who)");
}

# The worker has begun and stands before one table, DROP EXTENSION comes, and then the way is free.
for my $table (qw(schedule snapshot_run gap local)) {
    my $holder = $node->background_psql('postgres');
    $holder->query_safe("BEGIN; LOCK TABLE chronos.$table IN ACCESS EXCLUSIVE MODE");
    waits(q(backend_type = 'chronos maintenance worker')) or BAIL_OUT("no worker came to chronos.$table");
    my $drop = start_in_background($node, 'DROP EXTENSION chronos CASCADE');
    waits(q(query LIKE 'DROP EXTENSION%')) or BAIL_OUT('DROP EXTENSION did not wait');
    $holder->quit;
    $drop->{session}->finish;
    is(${ $drop->{err} } =~ /ERROR/ ? ${ $drop->{err} } : '', '', "while a worker waited for chronos.$table: dropped");
    $node->safe_psql('postgres', 'CREATE EXTENSION IF NOT EXISTS chronos');
}
unlike(slurp_file($node->logfile), qr/deadlock detected/, 'and no worker was the victim of a deadlock');
no_crash($node);
$node->stop;
done_testing();
