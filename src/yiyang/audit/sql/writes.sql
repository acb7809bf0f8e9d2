-- What is noted of a row: not secrets, nor what changes with every step of a job or every call.
CREATE FUNCTION audit_kept(any_row jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT any_row - ARRAY[{not_kept}]
$$;

-- One row for each transaction that has noted writes and not sealed them yet.
CREATE TABLE audit_unsealed (transaction bigint NOT NULL);

-- TG_ARGV: the key's column, the area's column ('' = none), and whether inserts are kept as rows or counted,
-- and whether updates by the platform itself are (of what it derives from rows that keep their own history).
-- Statement-level: one pass over a million rows. Updates keep only what changed; a row whose key changed stands as one
-- line without after and one without before.
CREATE FUNCTION audit_writes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    the_key text := format('%I', TG_ARGV[0]);
    noted text;
    written bigint;
BEGIN
    noted := CASE
        WHEN TG_OP = 'TRUNCATE' THEN
            $q$ SELECT '' AS key, 'T' AS operation, -1 AS area, NULL::jsonb AS before, NULL::jsonb AS after $q$
        WHEN TG_OP = 'INSERT' AND TG_ARGV[2] = 'count' THEN
            $q$ SELECT '' AS key, 'C' AS operation, -1 AS area, NULL::jsonb AS before,
                jsonb_build_object('rows', count(*)) AS after FROM new_rows HAVING count(*) > 0 $q$
        WHEN TG_OP = 'UPDATE' AND TG_ARGV[3] = 'count' AND current_setting('yiyang.self', true) = 'on' THEN
            $q$ SELECT '' AS key, 'C' AS operation, -1 AS area, NULL::jsonb AS before,
                jsonb_build_object('updated', count(*)) AS after FROM new_rows HAVING count(*) > 0 $q$
        WHEN TG_OP = 'INSERT' THEN
            $q$ SELECT r.{key}::text AS key, 'I' AS operation, {area} AS area, NULL::jsonb AS before,
                audit_kept(to_jsonb(r)) AS after FROM new_rows AS r $q$
        WHEN TG_OP = 'DELETE' THEN
            $q$ SELECT r.{key}::text AS key, 'D' AS operation, {area} AS area, audit_kept(to_jsonb(r)) AS before,
                NULL::jsonb AS after FROM old_rows AS r $q$
        ELSE
            -- OFFSET 0 keeps the planner from computing each side as often as it is named.
            $q$ SELECT pair.key, 'U' AS operation, pair.area, difference.before, difference.after
                FROM (
                    SELECT coalesce(r.{key}, o.{key})::text AS key, {area} AS area,
                        audit_kept(to_jsonb(o)) AS old, audit_kept(to_jsonb(r)) AS new
                    FROM new_rows AS r FULL JOIN old_rows AS o ON r.{key} = o.{key} OFFSET 0
                ) AS pair CROSS JOIN LATERAL (
                    SELECT jsonb_object_agg(field, pair.old -> field) FILTER (WHERE pair.old IS NOT NULL) AS before,
                        jsonb_object_agg(field, pair.new -> field) FILTER (WHERE pair.new IS NOT NULL) AS after,
                        count(*) AS fields
                    FROM jsonb_object_keys(coalesce(pair.new, pair.old)) AS field
                    WHERE pair.new -> field IS DISTINCT FROM pair.old -> field
                ) AS difference
                WHERE pair.new IS DISTINCT FROM pair.old AND difference.fields > 0 $q$
        END;
    noted := replace(noted, '{area}', CASE TG_ARGV[1] WHEN '' THEN '-1' ELSE format('coalesce(r.%I, -1)', TG_ARGV[1]) END);
    EXECUTE format(
        'INSERT INTO audit_write (at, transaction, "table", key, operation, area_code, actor, actor_name, request, '
        'before, after) SELECT now(), txid_current(), $1, key, operation, area, $2, $3, $4, before, after FROM (%s) AS n',
        replace(noted, '{key}', the_key)
    ) USING TG_TABLE_NAME::text, nullif(current_setting('yiyang.user', true), '')::bigint,
        coalesce(nullif(current_setting('yiyang.actor', true), ''), session_user::text),
        coalesce(current_setting('yiyang.request', true), '');
    GET DIAGNOSTICS written = ROW_COUNT;
    IF written > 0 AND current_setting('yiyang.noted', true) IS DISTINCT FROM txid_current()::text THEN
        INSERT INTO audit_unsealed VALUES (txid_current());
        PERFORM set_config('yiyang.noted', txid_current()::text, true);
    END IF;
    RETURN NULL;
END $$;

-- Put the writes that this transaction has noted since the last call under the chain: one line with their count, their
-- first and last id and one digest. Transactions are told apart by number *and* start: after a restore into a new
-- cluster the numbers begin again. Ids that are missing in between belong to others or were rolled back.
CREATE FUNCTION audit_seal_writes() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    since bigint := coalesce(nullif(current_setting('yiyang.sealed', true), ''), '0')::bigint;
    sealed record;
BEGIN
    SELECT count(*) AS writes, min(w.id) AS first, max(w.id) AS last,
        encode(sha256(string_agg(sha256(convert_to({write_text}, 'UTF8')), ''::bytea ORDER BY w.id)), 'hex') AS digest
    INTO sealed FROM audit_write AS w WHERE w.transaction = txid_current() AND w.at = now() AND w.id > since;
    IF sealed.writes = 0 THEN
        RETURN;
    END IF;
    INSERT INTO audit_line (kind, actor, actor_name, request, address, what, area_code, reason, detail)
    VALUES ('seal', nullif(current_setting('yiyang.user', true), '')::bigint,
        coalesce(nullif(current_setting('yiyang.actor', true), ''), session_user::text),
        coalesce(current_setting('yiyang.request', true), ''), '', 'transaction:' || txid_current(), -1, '',
        jsonb_build_object('transaction', txid_current(), 'writes', sealed.writes, 'first', sealed.first,
            'last', sealed.last, 'digest', sealed.digest));
    PERFORM set_config('yiyang.sealed', sealed.last::text, true);
END $$;

-- At the latest when the transaction commits, whoever wrote and by whatever way.
CREATE FUNCTION audit_seal_at_commit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM audit_seal_writes();
    DELETE FROM audit_unsealed WHERE transaction = NEW.transaction;
    PERFORM set_config('yiyang.noted', '', true);
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER seal AFTER INSERT ON audit_unsealed DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION audit_seal_at_commit();
