# Real migration tools run against a database with Chronos that nobody has told of them: the versions they
# make carry their revisions.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use lib dirname(__FILE__);
use PostgreSQL::Test::Utils;
use Test::More;
use real_schema;

my $node = new_server('migration_tools');
my $work = tempdir(CLEANUP => 1);
local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;
local $ENV{PGUSER} = getpwuid($<);

sub write_file {
    my ($name, $text) = @_;
    make_path(dirname("$work/$name"));
    open my $file, '>', "$work/$name" or die "$name: $!";
    print $file $text;
    close $file;
    return;
}

# The tool, in its directory; what it prints is shown if it fails.
sub run_tool {
    my ($directory, @command) = @_;
    my $output = '';
    my $good = IPC::Run::run(\@command, '>&', \$output, init => sub { chdir "$work/$directory" or die });
    ok($good, join(q{ }, map { s{.*/}{}r } @command)) or diag($output);
    return;
}

# labels of each version after the first, oldest first, as "{...} {...}"
sub labels {
    my ($database) = @_;
    return $node->safe_psql($database, q{SELECT string_agg(labels::text, ' ' ORDER BY number) FROM chronos.history WHERE labels <> '{}'});
}

sub fits {
    my ($database, $requirement) = @_;
    my ($status) = $node->psql($database, "SELECT chronos.require_version('$requirement')");
    return $status == 0;
}

sub database {
    my ($name) = @_;
    $node->safe_psql('postgres', "CREATE DATABASE $name");
    $node->safe_psql($name, 'CREATE EXTENSION chronos');
    return;
}

# Whether a command can be run.
sub has { my ($command) = @_; return system("$command > /dev/null 2>&1") == 0; }

SKIP: {
    skip 'alembic: the Debian packages python3-alembic and python3-psycopg2 are not installed', 1
        unless has(q{/usr/bin/python3 -c 'import alembic, psycopg2'});
    database('by_alembic');
    write_file('alembic/alembic.ini', "[alembic]\nscript_location = scripts\nsqlalchemy.url = postgresql://\%\%(x)s\n");
    write_file('alembic/scripts/env.py', <<'PYTHON');
import sqlalchemy
from alembic import context
with sqlalchemy.create_engine("postgresql+psycopg2:///by_alembic").connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
PYTHON
    my $before = 'None';
    for my $step ([ '3f2a', 'CREATE TABLE users (id int)', 'DROP TABLE users' ], [ '4b11', 'ALTER TABLE users ADD name text', 'ALTER TABLE users DROP name' ],
        [ '5c22', 'ALTER TABLE users ADD mail text', 'ALTER TABLE users DROP mail' ]) {
        my ($revision, $up, $down) = @$step;
        write_file("alembic/scripts/versions/$revision.py", <<"PYTHON");
from alembic import op
revision = '$revision'
down_revision = $before
def upgrade(): op.execute("$up")
def downgrade(): op.execute("$down")
PYTHON
        $before = "'$revision'";
    }
    run_tool('alembic', '/usr/bin/python3', '-m', 'alembic', 'upgrade', 'head');
    is(labels('by_alembic'), '{alembic:3f2a} {alembic:4b11} {alembic:5c22}', 'alembic upgrade: each version has its revision');
    like($node->safe_psql('by_alembic', q{SELECT chronos.schema_at('alembic:4b11', object => 'users')}), qr/name text\n\)/, 'alembic: the schema of a revision');
    run_tool('alembic', '/usr/bin/python3', '-m', 'alembic', 'downgrade', '-1');
    ok(fits('by_alembic', '>=alembic:4b11'), 'alembic downgrade: at the revision before');
    ok(!fits('by_alembic', '>=alembic:5c22'), 'alembic downgrade: not any more at what it took back');
    run_tool('alembic', '/usr/bin/python3', '-m', 'alembic', 'upgrade', 'head');
    ok(fits('by_alembic', 'alembic:5c22'), 'alembic upgrade: at it again');
}

SKIP: {
    skip 'sqitch: the Debian packages sqitch and libdbd-pg-perl are not installed', 1 unless has('sqitch --version') && has('perl -MDBD::Pg -e 1');
    database('by_sqitch');
    local @ENV{qw(SQITCH_FULLNAME SQITCH_EMAIL TZ)} = ('Ann', 'ann@example.org', 'UTC');
    write_file('sqitch/sqitch.conf', "[core]\n\tengine = pg\n");
    write_file('sqitch/sqitch.plan', <<'PLAN');
%syntax-version=1.0.0
%project=shop

users 2026-01-01T00:00:00Z Ann <ann@example.org> # users
@v1.0 2026-01-02T00:00:00Z Ann <ann@example.org> # first release
items [users] 2026-01-03T00:00:00Z Ann <ann@example.org> # items
PLAN
    write_file('sqitch/deploy/users.sql', "BEGIN; CREATE TABLE users (id int); COMMIT;\n");
    write_file('sqitch/revert/users.sql', "DROP TABLE users;\n");
    write_file('sqitch/deploy/items.sql', "BEGIN; CREATE TABLE items (id int); COMMIT;\n");
    write_file('sqitch/revert/items.sql', "DROP TABLE items;\n");
    run_tool('sqitch', 'sqitch', 'deploy', 'db:pg:by_sqitch');
    like(labels('by_sqitch'), qr/\{(sqitch:\@v1\.0,sqitch:users|sqitch:users,sqitch:\@v1\.0)\} \{sqitch:items\}$/, 'sqitch deploy: each version has its change and its tag');
    run_tool('sqitch', 'sqitch', 'revert', '-y', 'db:pg:by_sqitch', '@v1.0');
    ok(fits('by_sqitch', '>=sqitch:@v1.0'), 'sqitch revert: at the tag');
    ok(!fits('by_sqitch', '>=sqitch:items'), 'sqitch revert: not any more at what it took back');
}

SKIP: {
    skip 'Django: the Debian packages python3-django and python3-psycopg2 are not installed', 1 unless has(q{/usr/bin/python3 -c 'import django, psycopg2'});
    database('by_django');
    write_file('django/manage.py', <<'PYTHON');
import os, sys
from django.conf import settings
settings.configure(INSTALLED_APPS=['shop', 'stock'], DEFAULT_AUTO_FIELD='django.db.models.BigAutoField', DATABASES={'default': {
    'ENGINE': 'django.db.backends.postgresql', 'NAME': 'by_django', 'HOST': os.environ['PGHOST'], 'PORT': os.environ['PGPORT'], 'USER': os.environ['PGUSER']}})
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
PYTHON
    my $head = "from django.db import migrations, models\nclass Migration(migrations.Migration):\n";
    my $key = "('id', models.BigAutoField(primary_key=True))";
    for my $app ('shop', 'stock') {
        write_file("django/$app/$_", '') for '__init__.py', 'migrations/__init__.py';
    }
    write_file('django/shop/migrations/0001_initial.py', "$head    operations = [migrations.CreateModel('User', [$key])]\n");
    # A foreign key comes at the end of the transaction, so the row of this one after it.
    write_file('django/shop/migrations/0002_order.py', "$head    dependencies = [('shop', '0001_initial')]\n"
            . "    operations = [migrations.CreateModel('Order', [$key, ('user', models.ForeignKey('shop.User', models.CASCADE))])]\n");
    write_file('django/stock/migrations/0001_initial.py', "$head    dependencies = [('shop', '0002_order')]\n    operations = [migrations.CreateModel('Item', [$key])]\n");
    run_tool('django', '/usr/bin/python3', 'manage.py', 'migrate');
    is(labels('by_django'), '{django:shop:0001_initial} {django:shop:0002_order} {django:stock:0001_initial}', 'Django: each version has its migration');
    run_tool('django', '/usr/bin/python3', 'manage.py', 'migrate', 'shop', '0001');
    ok(fits('by_django', '>=django:shop:0001_initial'), 'Django, one back: at the one before');
    ok(!fits('by_django', '>=django:shop:0002_order') && !fits('by_django', '>=django:stock:0001_initial'), 'Django, one back: not any more at what was taken back with it');
}

SKIP: {
    skip 'Rails: the Debian packages ruby-activerecord and ruby-pg are not installed', 1 unless has(q{/usr/bin/ruby -e 'require "active_record"; require "pg"'});
    database('by_rails');
    write_file('rails/migrate.rb', <<'RUBY');
require 'active_record'
ActiveRecord::Base.establish_connection(adapter: 'postgresql', database: 'by_rails')
migrations = ActiveRecord::MigrationContext.new('migrations', ActiveRecord::SchemaMigration)
ARGV[0] == 'up' ? migrations.migrate : migrations.rollback(1)
RUBY
    write_file('rails/migrations/20260101000000_create_users.rb', "class CreateUsers < ActiveRecord::Migration[6.1]\n  def change\n    create_table(:users)\n  end\nend\n");
    write_file('rails/migrations/20260102000000_add_name.rb', "class AddName < ActiveRecord::Migration[6.1]\n  def change\n    add_column(:users, :name, :string)\n  end\nend\n");
    run_tool('rails', '/usr/bin/ruby', 'migrate.rb', 'up');
    is(labels('by_rails'), '{rails:20260101000000} {rails:20260102000000}', 'Rails: each version has its migration');
    run_tool('rails', '/usr/bin/ruby', 'migrate.rb', 'down');
    ok(fits('by_rails', '>=rails:20260101000000'), 'Rails, one back: at the one before');
    ok(!fits('by_rails', '>=rails:20260102000000'), 'Rails, one back: not any more at what was taken back');
}

SKIP: {
    my $program = "$ENV{CHRONOS_STAGE}/inputs/node/node_modules/node-pg-migrate/bin/node-pg-migrate.js";
    ($program) = glob "$ENV{CHRONOS_STAGE}/inputs/node/node_modules/node-pg-migrate/bin/node-pg-migrate*" unless -e $program;
    skip 'node-pg-migrate: npm could not install it', 1 unless $program && has("node '$program' --help");
    database('by_node');
    write_file('node/migrations/1700000000000_users.sql', "-- Up Migration\nCREATE TABLE users (id int);\n-- Down Migration\nDROP TABLE users;\n");
    write_file('node/migrations/1700000000001_items.sql', "-- Up Migration\nCREATE TABLE items (id int);\n-- Down Migration\nDROP TABLE items;\n");
    local $ENV{DATABASE_URL} = "postgresql://$ENV{PGUSER}\@/by_node?host=$ENV{PGHOST}&port=$ENV{PGPORT}";
    run_tool('node', 'node', $program, 'up', '--no-single-transaction');
    is(labels('by_node'), '{node-pg-migrate:1700000000000_users} {node-pg-migrate:1700000000001_items}', 'node-pg-migrate up: each version has its migration');
    run_tool('node', 'node', $program, 'down');
    ok(!fits('by_node', '>=node-pg-migrate:1700000000001_items'), 'node-pg-migrate down: not any more at what it took back');
    ok(fits('by_node', '>=node-pg-migrate:1700000000000_users'), 'node-pg-migrate down: at the one before');
}
$node->stop;
done_testing();
