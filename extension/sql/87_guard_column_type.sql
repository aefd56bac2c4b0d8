-- What a column may lose when it gets another type.

CREATE FUNCTION chronos.may_lose(relation oid, attribute int2, new_type oid, new_modifier int, is_computed boolean) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN new_type = 0 OR is_computed THEN true
        WHEN a.atttypid = new_type THEN
            CASE new_type
                -- Scale in the lower bits; one that goes down rounds.
                WHEN 'numeric'::regtype THEN new_modifier <> -1 AND (a.atttypmod = -1
                    OR ((new_modifier - 4) & 2047 # 1024) - 1024 < ((a.atttypmod - 4) & 2047 # 1024) - 1024)
                WHEN 'timestamp'::regtype THEN new_modifier <> -1 AND new_modifier < coalesce(nullif(a.atttypmod, -1), 6)
                WHEN 'timestamptz'::regtype THEN new_modifier <> -1 AND new_modifier < coalesce(nullif(a.atttypmod, -1), 6)
                WHEN 'time'::regtype THEN new_modifier <> -1 AND new_modifier < coalesce(nullif(a.atttypmod, -1), 6)
                WHEN 'timetz'::regtype THEN new_modifier <> -1 AND new_modifier < coalesce(nullif(a.atttypmod, -1), 6)
                WHEN 'interval'::regtype THEN new_modifier <> -1 AND new_modifier <> a.atttypmod
                -- What does not fit into text, bit and the like is an error.
                ELSE false END
        -- An error where it does not fit.
        WHEN a.atttypid IN ('int8'::regtype, 'int4'::regtype) AND new_type IN ('int4'::regtype, 'int2'::regtype) THEN false
        WHEN t.typcategory = 'S' AND n.typcategory = 'S' THEN new_type = 'name'::regtype
        -- Implicit casts lose nothing, but for the precision of a float.
        ELSE NOT EXISTS (SELECT FROM pg_cast c
                         WHERE c.castsource = a.atttypid AND c.casttarget = new_type
                           AND (c.castmethod = 'b' OR c.castcontext = 'i')
                           AND NOT (c.casttarget = 'float4'::regtype AND c.castsource <> 'int2'::regtype)
                           AND NOT (c.casttarget = 'float8'::regtype AND c.castsource IN ('int8'::regtype, 'numeric'::regtype)))
             AND n.typcategory <> 'S'
        END
    FROM pg_attribute a
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_type n ON n.oid = new_type
    WHERE a.attrelid = relation AND a.attnum = attribute
$$;
COMMENT ON FUNCTION chronos.may_lose(oid, int2, oid, int, boolean) IS
    'Whether a column that gets another type (0: that goes) may lose what is in it: values that are rounded or computed, not those that would raise an error.';
