# chronosctl schedule: add, list, remove, pause, resume, next.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use command_line;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('schedule_ctl');
$node->init(extra => ['--encoding=UTF8', '--locale=C']);
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'chronos'\n");
$node->start;
fails($node, ['schedule', 'list'], 6, qr/error: extension "chronos" is not installed/, 'schedule list without the extension');
$node->safe_psql('postgres', q(CREATE EXTENSION chronos; ALTER DATABASE postgres SET TimeZone = 'Asia/Tokyo'));

# --- add
{
    my ($status, $out, $err) = ctl($node, 'schedule', 'add', 'nightly', '30 3 * * *');
    is($status, 0, 'add: exit 0');
    like($out, qr/^schedule nightly: next run \d{4}-\d\d-\d\d \d\d:\d\d:00/, 'add: when it runs next');
    like($err, qr/^chronosctl: warning: schedule will fail, as this database has no repository\nHINT:  Add one/, "add: the server's warnings");
}
my $place = tempdir(CLEANUP => 1);
$node->safe_psql('postgres', "SET client_min_messages = error; SELECT chronos.add_repository('main', 'file://$place')");
is(ctl_json($node, 'schedule', 'list')->[0]{time_zone}, 'Asia/Tokyo', 'add: the time zone of the database, where none is given');
succeeds($node, ['schedule', 'add', 'nightly', '@hourly', '--time-zone', 'europe/berlin', '--label', 'by hour', '--jitter', '5min', '--timeout', '2h', '--retries', '0', '--retry-delay', '30'],
    qr/^schedule nightly: next run /, 'add once more changes it');
is($node->safe_psql('postgres', q(SELECT cron, time_zone, label, jitter, timeout, retries, retry_delay FROM chronos.schedules)), '@hourly|Europe/Berlin|by hour|00:05:00|02:00:00|0|00:00:30', 'add: every option');
like(ctl_json($node, 'schedule', 'add', 'second', '0 0 29 2 *', '--time-zone', 'UTC')->{next_run}, qr/^\d{4}-02-29T00:00:00\.000000Z$/, 'add --json');
is($node->safe_psql('postgres', q(SELECT jitter, timeout IS NULL, retries, retry_delay FROM chronos.schedules WHERE name = 'second')), '00:00:00|t|3|00:01:00', 'add: what is not given is as in SQL');
fails($node, ['schedule', 'add', 'x', '* 25 * * *'], 2, qr/error: invalid cron expression: hour: 25 is not a number from 0 to 23\nHINT:  Five fields/, 'an expression that is none');
fails($node, ['schedule', 'add', 'x', '0 0 30 2 *'], 2, qr/error: cron expression "0 0 30 2 \*" never comes true/, 'an expression that never comes true');
fails($node, ['schedule', 'add', 'x', '@daily', '--time-zone', 'Nowhere'], 2, qr/error: time zone "Nowhere" is not known\nHINT:/, 'a time zone that is none');
fails($node, ['schedule', 'add', 'x', '@daily', '--jitter', 'soon'], 2, qr/error: --jitter: "soon" is not a duration\nHINT:/, 'a duration that is none');
fails($node, ['schedule', 'add', 'x', '@daily', '--jitter', '3d'], 2, qr/error: schedule has a limit that is out of range\nDETAIL:/, 'a limit that is out of range');
$node->safe_psql('postgres', 'CREATE ROLE app LOGIN');
fails($node, ['schedule', 'add', 'x', '@daily', '-U', 'app'], 1, qr/error: permission denied for function schedule/, 'a role that may not');

# --- list, pause, resume
succeeds($node, ['schedule', 'list'], qr/^name +cron +time zone +state +next run +last result +finished +problem or error *\nnightly +\@hourly +Europe\/Berlin +waiting +\d{4}-.*\nsecond +0 0 29 2 \* +UTC +waiting +\d{4}-02-29 /, 'list');
succeeds($node, ['schedule', 'pause', 'second'], qr/^schedule second paused$/, 'pause');
{
    my ($nightly, $second) = @{ ctl_json($node, 'schedule', 'list') };
    is("$second->{state} " . ($second->{next_run} // 'null'), 'paused null', 'list --json: a paused one has no next run');
    is_deeply([sort keys %$nightly], [qw(consecutive_failures cron label last_error last_finished_at last_hint last_result last_run name next_run owner problem skipped state time_zone)], 'list --json: its fields');
    is($nightly->{problem}, undef, 'list --json: nothing is wrong');
}
succeeds($node, ['schedule', 'resume', 'second'], qr/^schedule second: next run \d{4}-02-29/, 'resume');
ok(ctl_json($node, 'schedule', 'pause', 'second')->{paused}, 'pause --json');
like(ctl_json($node, 'schedule', 'resume', 'second')->{next_run}, qr/-02-29T00:00:00/, 'resume --json');
fails($node, ['schedule', $_, 'nothing'], 5, qr/error: schedule "nothing" does not exist\nHINT:/, "$_ of an unknown one") for qw(pause resume remove);
succeeds($node, ['schedule', 'remove', 'second'], qr/^schedule second removed$/, 'remove');
ok(ctl_json($node, 'schedule', 'remove', 'nightly')->{removed}, 'remove --json');
succeeds($node, ['schedule', 'list'], qr/^no schedules$/, 'list: none');

# --- next
is_deeply(scalar ctl_json($node, 'schedule', 'next', '30 2 * * *', '--time-zone', 'Europe/Berlin', '--after', '2026-03-28 00:00+00', '-n', '3'),
    [qw(2026-03-28T01:30:00.000000Z 2026-03-29T01:00:00.000000Z 2026-03-30T00:30:00.000000Z)], 'next: when the clocks are put forward');
is_deeply(scalar ctl_json($node, 'schedule', 'next', '0 9 * * *', '--after', '2026-03-28', '-n', '1'), ['2026-03-29T00:00:00.000000Z'], 'next: in the time zone of the database');
{
    local $ENV{TZ} = 'UTC';
    succeeds($node, ['schedule', 'next', '@yearly', '--time-zone', 'UTC', '--after', '2026-03-28'], qr/\A2027-01-01 00:00:00\+00\n(?:20..-01-01 00:00:00\+00\n){4}\z/, 'next: five unless told otherwise');
}
succeeds($node, ['schedule', 'next', '0 0 30 2 *'], qr/^never$/, 'next: never');
fails($node, ['schedule', 'next', '* * * *'], 2, qr/error: invalid cron expression: the expression has 4 fields/, 'next: of no expression');
fails($node, ['schedule', 'next', '@daily', '--after', 'soon'], 2, qr/error: --after: "soon" is not a point in time\nHINT:/, 'next: after no time');
fails($node, ['schedule'], 2, qr/error: a verb is missing/, 'schedule alone');
done_testing();
