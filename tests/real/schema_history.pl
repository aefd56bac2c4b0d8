# Ten changes to a real schema make ten versions, and each of them, rebuilt from the store long
# afterwards, is the schema that pg_dump saw when it was the newest.
use strict;
use warnings;
use File::Basename qw(dirname);
use lib dirname(__FILE__);
use PostgreSQL::Test::Utils;
use Test::More;
use real_changes;
use real_schema;

my @changes = real_changes();

my $node = new_server('schema_history');
my %schema = schemas();
load_schema($node, 'zabbix', @{ $schema{zabbix} });
$node->safe_psql('zabbix', 'CREATE EXTENSION chronos');
my $first = $node->safe_psql('zabbix', 'SELECT chronos.current_version()');
my $version = $first;
my %dump = ($version => dump_of($node, 'zabbix'));
my %name = ($version => 'the schema as it was found');
while (my ($name, $change) = splice @changes, 0, 2) {
    $node->safe_psql('zabbix', "BEGIN; $change COMMIT;");
    is($node->safe_psql('zabbix', 'SELECT chronos.current_version()'), ++$version, "$name: one version more");
    $dump{$version} = dump_of($node, 'zabbix');
    $name{$version} = $name;
}
is($node->safe_psql('zabbix', 'SELECT chronos.reconcile()'), '', 'nothing was missed on the way');

for my $number ($first .. $version) {
    my $script = $node->safe_psql('zabbix', "SELECT chronos.schema_at($number)");
    rebuild($node, "version_$number", $script) or next;
    same_schema($node, $dump{$number}, dump_of($node, "version_$number"), "version $number, $name{$number}: as dumped then");
}
$node->stop;
done_testing();
