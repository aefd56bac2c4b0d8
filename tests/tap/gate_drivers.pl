# The gate by connection string, met by drivers of other languages: psycopg2 and node-postgres.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my %driver = (
    psycopg2 => {
        package => 'python3-psycopg2',
        probe => [ '/usr/bin/python3', '-c', 'import psycopg2' ],
        command => [ '/usr/bin/python3', '-c' ],
        script => <<'PY',
import os, psycopg2
def first(expect):
    session = psycopg2.connect(dbname='shop', user='app', options='-c chronos.expect=' + expect)
    try:
        with session, session.cursor() as cursor:
            cursor.execute('SELECT %s + count(*) FROM orders', (1,))
            return 'let in: %d' % cursor.fetchone()[0]
    except psycopg2.Error as failure:
        return '%s %s | %s | %s' % (failure.pgcode, failure.diag.message_primary, failure.diag.message_detail[:27], failure.diag.message_hint[:20])
print(first('>=1'))
print(first('>=4000'))
try:
    first('>=,')
except psycopg2.OperationalError as failure:
    print('not connected' if 'invalid value for parameter "chronos.expect"' in str(failure) else failure)
PY
    },
    'node-postgres' => {
        package => 'node-pg',
        probe => [ 'node', '-e', 'require("pg")' ],
        command => [ 'node', '-e' ],
        script => <<'JS',
const { Client } = require('pg');
async function first(expect) {
  const session = new Client({ host: process.env.PGHOST, port: +process.env.PGPORT, database: 'shop', user: 'app', options: '-c chronos.expect=' + expect });
  await session.connect();
  try {
    const found = await session.query('SELECT $1::int + count(*) AS n FROM orders', [1]);
    return 'let in: ' + found.rows[0].n;
  } catch (failure) {
    return `${failure.code} ${failure.message} | ${failure.detail.slice(0, 27)} | ${failure.hint.slice(0, 20)}`;
  } finally {
    await session.end();
  }
}
(async () => {
  console.log(await first('>=1'));
  console.log(await first('>=4000'));
  try {
    await first('>=,');
  } catch (failure) {
    console.log(failure.message.includes('invalid value for parameter "chronos.expect"') ? 'not connected' : failure.message);
  }
})();
JS
    },
);

my $node = PostgreSQL::Test::Cluster->new('drivers');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'chronos'");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE shop; CREATE ROLE app LOGIN');
$node->safe_psql('shop', 'CREATE EXTENSION chronos; CREATE TABLE orders (id bigint); GRANT SELECT ON orders TO app');
my $at = $node->safe_psql('shop', 'SELECT chronos.current_version()');

for my $name (sort keys %driver) {
    my $one = $driver{$name};
  SKIP: {
        # What the suite `real` has fetched, and Debian's modules, which are outside of the way of a node that is not Debian's.
        local $ENV{NODE_PATH} = join ':', "$ENV{CHRONOS_STAGE}/inputs/node/node_modules", '/usr/share/nodejs', '/usr/lib/nodejs', $ENV{NODE_PATH} // ();
        local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port);
        my $there = eval { IPC::Run::run($one->{probe}, '<', \'', '>', \my $out, '2>', \my $err) };
        skip "$name is not there: apt-get install $one->{package}", 1 unless $there;
        my ($out, $err) = run_command([ @{ $one->{command} }, $one->{script} ]);
        is($out, <<"TEXT" =~ s/\n\z//r, "$name: let in, refused, not connected") or diag $err;
let in: 1
CH001 schema version $at does not satisfy ">=4000" | The database is at version  | Migrate the database
not connected
TEXT
    }
}
$node->stop;
done_testing();
