# Parts of random statements: names, types, expressions.
package random_parts;
use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw(one name fresh column columns role type expression text bound selected granted base_type);

sub one { return $_[int rand @_] }
sub name { my ($stem, $count) = @_; return one(map({ "$stem$_" } 1 .. $count), qq{"$stem X"}) }
sub fresh { return '{schema}.' . name(@_) }
sub column { return one('a', 'b', '"C c"', 'd', 'e', '"order"') }
sub role { return one('regress_random_a', 'regress_random_b') }
sub type { return one('int', 'bigint', 'text', 'numeric(10,2)', 'date', 'varchar(20)', 'int[]', 'int4range', 'timestamptz(3)', 'inet', map { '{usertype}' . one('', '', '[]') } 1 .. 4) }
sub expression { return one("'x' || 'y'", '1 + 2', 'now()', "'1'", 'one.twice(3)', 'NULL', "nextval('{sequence}')", '{function}') }
sub text { return one('NULL', "'it''s \$1'", "'other'") }
sub bound { return one('FOR VALUES FROM (0) TO (10)', 'FOR VALUES FROM (MINVALUE) TO (0)', 'FOR VALUES IN (1, 2)', "FOR VALUES IN ('3')", 'FOR VALUES WITH (MODULUS 2, REMAINDER 0)', 'FOR VALUES WITH (MODULUS 4, REMAINDER 1)', "FOR VALUES FROM (0, MINVALUE) TO (9, '2026-01-01')", 'DEFAULT') }

sub columns {
    my @names = @{ one(['a', 'b'], ['b', '"C c"', 'd'], ['a', 'b', '"C c"', 'd'], ['a', 'd'], []) };
    return join ', ', map { "$_ " . type() . one('', '', '', ' NOT NULL', ' DEFAULT ' . expression(), ' UNIQUE', ' CHECK (' . $_ . ' IS NOT NULL)', ' PRIMARY KEY') } @names;
}

# What a view selects, of one relation or two.
sub selected {
    return one('* FROM {relation}', 'r.* FROM {relation} r', 'count(*) AS n FROM {relation}', ('{.relation}{column}, {column} FROM {same}') x 4, '{.relation}{column} AS other FROM {same} WHERE {column} IS NOT NULL', 'a AS other FROM {relation}',
        '{.relation}max({column}::text) AS top FROM {same}', 'r.a, s AS whole FROM {table} r CROSS JOIN {relation} s', 'one.twice(a) AS d, b FROM {relation}', 'a, count(*) AS n FROM {relation} GROUP BY a', '1 AS a, NULL::{usertype} AS b', 'a FROM {relation} UNION SELECT a FROM {relation}');
}

sub granted {
    my ($rights) = @_;
    return one("GRANT $rights TO " . one(role(), 'PUBLIC'), "GRANT $rights TO " . role() . one('', ' WITH GRANT OPTION'), "REVOKE $rights FROM " . one(role(), 'PUBLIC') . one('', ' CASCADE'));
}

# A base type needs its functions, which need its shell.
sub base_type {
    return ('CREATE TYPE one.base', 'CREATE FUNCTION one.base_in(cstring) RETURNS one.base LANGUAGE internal IMMUTABLE STRICT AS $$int4in$$',
        'CREATE FUNCTION one.base_out(one.base) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS $$int4out$$',
        'CREATE TYPE one.base (INPUT = one.base_in, OUTPUT = one.base_out, LIKE = int4)');
}

1;
