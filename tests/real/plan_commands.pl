# Every command that capture is tested with (sql/capture_complete.sql) makes a version; plans lead along these
# versions, each to the next and back again.
use strict;
use warnings;
use File::Basename qw(dirname);
use lib dirname(__FILE__);
use PostgreSQL::Test::Utils;
use Test::More;
use real_schema;
use plan_walk;

my ($list) = slurp_file(dirname(__FILE__) . '/../../sql/capture_complete.sql') =~ /^COPY public\.cases .*\n((?:.*\n)*?)\\\.\n/m;
# What was made a member of an extension by hand is in no version, as it is in no dump.
my @commands = grep { !/^(?!CREATE VIEW).*\bmember\b/ } split /\n/, $list;
cmp_ok(scalar @commands, '>', 250, 'more than 250 commands');

my $node = new_server('plan_commands', 'max_prepared_transactions = 10', 'synchronous_commit = off', 'jit = off');
my $roles = join '', map { "CREATE ROLE regress_complete_$_;\n" } qw(a b nobody);
$node->safe_psql('postgres', "CREATE DATABASE regression TEMPLATE template0;\n$roles");
my $out = run_sql($node, 'regression', join '', "CREATE EXTENSION chronos;\nCREATE SCHEMA work;\n",
    "GRANT USAGE, CREATE ON SCHEMA work TO regress_complete_nobody;\nSET search_path = work, public;\n", map { "$_;\n" } @commands);
my $last = $node->safe_psql('regression', 'SELECT chronos.current_version()');
cmp_ok($last, '>', 200, "they make $last versions");
# What commands dropped or renamed and is the server's has to be there again.
$node->safe_psql('postgres', join '', map { "CREATE ROLE regress_complete_$_;\n" } qw(aa bb nobody));
run_sql($node, 'postgres', "SET allow_in_place_tablespaces = on;\n" . join '', map { "CREATE TABLESPACE regress_complete$_ LOCATION '';\n" } '', '_2');
walk($node, 'regression', 1 .. $last);
$node->stop;
done_testing();
