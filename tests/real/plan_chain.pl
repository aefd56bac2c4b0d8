# A plan between two neighbouring versions of a real schema, applied to a database at one of them, gives
# the facts of the other: along openQA's own upgrades, and along ten changes of Zabbix, in both directions.
use strict;
use warnings;
use File::Basename qw(dirname);
use lib dirname(__FILE__);
use PostgreSQL::Test::Utils;
use Test::More;
use real_schema;
use real_changes;
use plan_oracle;

my $node = new_server('plan_chain');
my %schema = schemas();

# openQA: as it was deployed at 63, then step after step.
{
    my @files = @{ $schema{openqa} };
    my @deploy = grep { m{/deploy/} } @files;
    my @versions;
    load_schema($node, 'openqa', @deploy);
    $node->safe_psql('openqa', 'CREATE EXTENSION chronos');
    push @versions, $node->safe_psql('openqa', 'SELECT chronos.current_version()');
    for my $file (grep { m{/upgrade/} } @files) {
        system_log('psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-f', $file, '-d', $node->connstr('openqa')) == 0
            or die "$file does not load\n";
        my $version = $node->safe_psql('openqa', 'SELECT chronos.current_version()');
        push @versions, $version if $version != $versions[-1];
    }
    cmp_ok(scalar @versions, '>', 30, 'openQA: more than thirty versions');
    plans_lead_there($node, 'openqa', @versions);
}

{
    load_schema($node, 'zabbix', @{ $schema{zabbix} });
    $node->safe_psql('zabbix', 'CREATE EXTENSION chronos');
    my @versions = ($node->safe_psql('zabbix', 'SELECT chronos.current_version()'));
    my @changes = real_changes();
    while (my ($name, $change) = splice @changes, 0, 2) {
        $node->safe_psql('zabbix', "BEGIN; $change COMMIT;");
        push @versions, $node->safe_psql('zabbix', 'SELECT chronos.current_version()');
    }
    plans_lead_there($node, 'zabbix', @versions);
}

$node->stop;
done_testing();
