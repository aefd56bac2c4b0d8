-- Facts are readable by everybody and are kept for good, so what may be a secret is taken out of them.
-- Names stay and the value becomes empty: the script makes the object with an empty one, which is
-- described in the same way.

CREATE FUNCTION chronos.is_secret_name(name text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN name ~* '(pass(word|wd|phrase)|pwd|secret|token|credential|private|(api|access|account|client|server|signing|encryption)_?key|_key$|^key$)';
END
$$;
COMMENT ON FUNCTION chronos.is_secret_name(text) IS 'Whether a setting of this name may hold a secret.';

CREATE FUNCTION chronos.open_mapping_options(options text[], OUT plain jsonb, OUT secrets jsonb)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- What else a user mapping holds is there to prove who one is.
    harmless constant text[] := '{user,username,user_name,login,remote_user,use_remote_estimate,password_required,use_scram_passthrough,sslmode,sslcert,sslkey,sslrootcert,sslcrl,krbsrvname,gssencmode}';
BEGIN
    SELECT jsonb_agg(CASE WHEN o.name = ANY (harmless) THEN o.option ELSE o.name || '=' END
                     ORDER BY o.name COLLATE "C"),
           jsonb_agg(o.name ORDER BY o.name COLLATE "C") FILTER (WHERE NOT o.name = ANY (harmless))
    INTO plain, secrets
    FROM (SELECT u.option, split_part(u.option, '=', 1) AS name FROM unnest(options) u(option)) o;
END
$$;
COMMENT ON FUNCTION chronos.open_mapping_options(text[]) IS
    'The options of a user mapping without the values that may be secrets, and the names of those.';

CREATE FUNCTION chronos.open_settings(settings text[], OUT plain jsonb, OUT secrets jsonb)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    SELECT jsonb_agg(CASE WHEN chronos.is_secret_name(o.name) THEN o.name || '=' ELSE o.open END
                     ORDER BY o.name COLLATE "C"),
           jsonb_agg(o.name ORDER BY o.name COLLATE "C") FILTER (
               WHERE chronos.is_secret_name(o.name) OR o.open ~* '(password=''''|://[^:/@]*:@)')
    INTO plain, secrets
    FROM (SELECT split_part(u.setting, '=', 1) AS name,
                 regexp_replace(regexp_replace(u.setting, '(://[^:/@]*:)[^/@]*@', '\1@', 'g'),
                                '(password)\s*=\s*(''(?:[^''\\]|\\.)*''|\S+)', '\1=''''', 'gi') AS open
          FROM unnest(settings) u(setting)) o;
END
$$;
COMMENT ON FUNCTION chronos.open_settings(text[]) IS
    'Settings by name without the values that may be secrets, and the names of those.';

CREATE FUNCTION chronos.open_connection(conninfo text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF conninfo ~ '^postgres(ql)?://' THEN
        RETURN regexp_replace(regexp_replace(conninfo, '^([a-z]+://[^:/@]*:)[^/@]*@', '\1@'),
                              -- A keyword may be spelt with % escapes, so those lose their value too.
                              '([?&]([^=&]*(password|secret|scram_)[^=&]*|[^=&]*%[^=&]*)=)[^&]*', '\1', 'gi');
    END IF;
    RETURN (
        SELECT string_agg(p.pair[1] || '=' || CASE WHEN p.pair[1] ~* '(password|secret|scram_)'
                                                   THEN '''''' ELSE p.pair[2] END, ' ' ORDER BY p.nr)
        FROM regexp_matches(conninfo, '([^\s=]+)\s*=\s*(''(?:[^''\\]|\\.)*''|(?:[^\s\\'']|\\.)*)', 'g')
             WITH ORDINALITY p(pair, nr));
END
$$;
COMMENT ON FUNCTION chronos.open_connection(text) IS 'A connection string without the passwords in it.';
