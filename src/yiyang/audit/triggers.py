"""The database's side of the audit, as migration operations: the chain, the history of writes, and who may read them."""

from __future__ import annotations

from django.db.migrations.operations import RunSQL

from yiyang.access.rls import in_ranges_sql, setting_sql

# One text of everything a line says; \x1f cannot stand in what it separates.
LINE_TEXT = (
    "concat_ws(E'\\x1f', {r}.seq, to_char({r}.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), {r}.kind, "
    "coalesce({r}.actor::text, ''), {r}.actor_name, {r}.request, {r}.address, {r}.what, "
    "coalesce({r}.person::text, ''), {r}.area_code, {r}.reason, {r}.detail::text)"
)
# SECURITY DEFINER: only the trigger moves the head, and it reads the last hash whoever writes. The row lock on the head
# lets one transaction at a time add lines, so there is neither a gap nor a fork.
CHAIN = f"""
CREATE TABLE audit_head (one boolean PRIMARY KEY DEFAULT true CHECK (one), seq bigint NOT NULL, hash bytea NOT NULL);
INSERT INTO audit_head (seq, hash) VALUES (0, '');
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE head audit_head%ROWTYPE;
BEGIN
    SELECT * INTO head FROM audit_head FOR UPDATE;
    NEW.seq := head.seq + 1;
    NEW.at := clock_timestamp();
    NEW.previous := head.hash;
    NEW.hash := sha256(head.hash || convert_to({LINE_TEXT.format(r="NEW")}, 'UTF8'));
    UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash;
    RETURN NEW;
END $$;
CREATE TRIGGER chain BEFORE INSERT ON audit_line FOR EACH ROW EXECUTE FUNCTION audit_chain();
"""
UNCHAIN = "DROP TRIGGER chain ON audit_line; DROP FUNCTION audit_chain(); DROP TABLE audit_head;"

# `TG_ARGV`: the key's column, the area's column ('' = none), and whether inserts are kept as rows or counted.
# Updates keep only what changed. Statement-level: one pass over a million rows.
WRITES = """
CREATE FUNCTION audit_kept(any_row jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT any_row - ARRAY[{NOT_KEPT}]
$$;
CREATE FUNCTION audit_changed(old_row jsonb, new_row jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(old_row) AS o
    WHERE new_row -> o.key IS DISTINCT FROM o.value
$$;
CREATE FUNCTION audit_writes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    area text := CASE WHEN TG_ARGV[1] = '' THEN '-1::bigint' ELSE format('coalesce(r.%I, -1)', TG_ARGV[1]) END;
    start text := 'INSERT INTO audit_write (transaction, "table", key, operation, area_code, actor, actor_name, request, '
        'before, after) SELECT txid_current(), $1, %s, %L, %s, nullif(current_setting(''yiyang.user'', true), '''')::bigint, '
        'coalesce(nullif(current_setting(''yiyang.actor'', true), ''''), session_user), '
        'coalesce(current_setting(''yiyang.request'', true), ''''), %s, %s FROM %s';
    the_key text := format('r.%I::text', TG_ARGV[0]);
BEGIN
    IF TG_OP = 'INSERT' AND TG_ARGV[2] = 'count' THEN
        EXECUTE format(start, '''''', 'C', '-1', 'NULL::jsonb', 'jsonb_build_object(''rows'', count(*))', 'new_rows AS r '
            'HAVING count(*) > 0') USING TG_TABLE_NAME::text;
    ELSIF TG_OP = 'INSERT' THEN
        EXECUTE format(start, the_key, 'I', area, 'NULL::jsonb', 'audit_kept(to_jsonb(r))', 'new_rows AS r') USING TG_TABLE_NAME::text;
    ELSIF TG_OP = 'DELETE' THEN
        EXECUTE format(start, the_key, 'D', area, 'audit_kept(to_jsonb(r))', 'NULL::jsonb', 'old_rows AS r') USING TG_TABLE_NAME::text;
    ELSE
        EXECUTE format(start, the_key, 'U', area, 'audit_changed(audit_kept(to_jsonb(o)), audit_kept(to_jsonb(r)))',
            'audit_changed(audit_kept(to_jsonb(r)), audit_kept(to_jsonb(o)))',
            format('new_rows AS r JOIN old_rows AS o USING (%I) WHERE audit_kept(to_jsonb(r)) IS DISTINCT FROM audit_kept(to_jsonb(o))', TG_ARGV[0]))
            USING TG_TABLE_NAME::text;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION audit_digest(of_transaction bigint) RETURNS TABLE (writes bigint, digest text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(concat_ws(E'\\x1f', w.id, "table", key, operation,
        area_code, actor, actor_name, request, before::text, after::text), 'UTF8')), ''::bytea ORDER BY w.id), '')), 'hex')
    FROM audit_write AS w WHERE transaction = of_transaction
$$;
CREATE FUNCTION audit_seal_writes() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE sealed record;
BEGIN
    SELECT * INTO sealed FROM audit_digest(txid_current());
    IF sealed.writes > 0 THEN
        INSERT INTO audit_line (kind, actor, actor_name, request, address, what, area_code, reason, detail)
        VALUES ('write', nullif(current_setting('yiyang.user', true), '')::bigint,
                coalesce(nullif(current_setting('yiyang.actor', true), ''), session_user),
                coalesce(current_setting('yiyang.request', true), ''), '', 'transaction:' || txid_current(), -1, '',
                jsonb_build_object('transaction', txid_current(), 'rows', sealed.writes, 'digest', sealed.digest));
    END IF;
END $$;
"""
# Secrets, and what changes with every step of a job or every call: not history.
NOT_KEPT = ("password", "digest", "last_login", "last_used_at", "last_address", "done", "step", "changed_at")
WRITES = WRITES.replace("{NOT_KEPT}", ", ".join(f"'{name}'" for name in NOT_KEPT))
UNWRITE = (
    "DROP FUNCTION audit_seal_writes(); DROP FUNCTION audit_digest(bigint); DROP FUNCTION audit_writes() CASCADE; "
    "DROP FUNCTION audit_changed(jsonb, jsonb); DROP FUNCTION audit_kept(jsonb);"
)


class Track(RunSQL):
    """Note every write to a table. `inserts`: `rows` keeps each inserted row, `count` only how many a statement brought
    (for tables that are loaded by the million and keep their own history)."""

    def __init__(self, table: str, key: str = "id", area: str = "", inserts: str = "rows") -> None:
        self.args = [table, key, area, inserts]
        calls = f"FOR EACH STATEMENT EXECUTE FUNCTION audit_writes('{key}', '{area}', '{inserts}')"
        tables = {
            "INSERT": "NEW TABLE AS new_rows",
            "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
            "DELETE": "OLD TABLE AS old_rows",
        }
        super().__init__(
            "; ".join(
                f"CREATE TRIGGER note_{op.lower()} AFTER {op} ON {table} REFERENCING {rows} {calls}"
                for op, rows in tables.items()
            ),
            "; ".join(f"DROP TRIGGER note_{op.lower()} ON {table}" for op in tables),
        )

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        return self.__class__.__name__, list(self.args), {}


# A line is seen by whoever may read the log, and by the actor himself. Rows of people keep their values from an auditor
# without people: he reads audit_index, which has the names of the fields and not what stood in them.
READERS = f"""
ALTER TABLE audit_line ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON audit_line FOR SELECT USING ({in_ranges_sql("audit", ["area_code"])} OR actor = {setting_sql("user")}::bigint
    OR {setting_sql("self")} = 'on');
CREATE POLICY writers ON audit_line FOR INSERT WITH CHECK (actor IS NOT DISTINCT FROM {setting_sql("user")}::bigint);
ALTER TABLE audit_write ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON audit_write FOR SELECT USING ({in_ranges_sql("people", ["area_code"])} OR {setting_sql("self")} = 'on');
CREATE VIEW audit_index AS
    SELECT id, at, transaction, "table", key, operation, area_code, actor, actor_name, request,
        ARRAY(SELECT jsonb_object_keys(coalesce(after, before))) AS fields
    FROM audit_write WHERE {in_ranges_sql("audit", ["area_code"])};
"""
NO_READERS = (
    "DROP VIEW audit_index; DROP POLICY readers ON audit_write; ALTER TABLE audit_write DISABLE ROW LEVEL SECURITY; "
    "DROP POLICY readers ON audit_line; DROP POLICY writers ON audit_line; ALTER TABLE audit_line DISABLE ROW LEVEL SECURITY;"
)
