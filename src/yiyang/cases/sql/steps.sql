-- What a case may become, asked of cases_transition, whoever writes: an action, a job or somebody at the console.
-- The action says in the transaction's settings what it is doing: yiyang.step (slug), yiyang.why, yiyang.detail (JSON).

CREATE SEQUENCE cases_number AS bigint;
GRANT USAGE ON SEQUENCE cases_number TO yiyang_app;

-- 受理编号: six digits of the area, year and month, a running number. `kind`: '' for cases, JD for decisions.
CREATE FUNCTION cases_new_number(kind text, area bigint, on_day date) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT kind || lpad((greatest(area, 0) / 1000000)::text, 6, '0') || to_char(on_day, 'YYYYMM')
        || lpad(n::text, greatest(7, length(n::text)), '0') FROM nextval('cases_number') AS n
$$;

CREATE FUNCTION cases_said(name text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(current_setting('yiyang.' || name, true), '')
$$;

-- Whose own hand it is: a citizen in the portal may only what is his to do.
CREATE FUNCTION cases_is_citizen() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT cases_said('citizen') <> '' AND cases_said('self') <> 'on'
$$;

CREATE FUNCTION cases_refuse(process text, from_state text, to_state text, number text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'case %: there is no such step from "%" to "%" in process %', number, from_state, to_state, process
        USING ERRCODE = 'YY001';
END $$;

-- Before a row: what a step sets by itself, and what nothing but a step may change.
CREATE FUNCTION cases_before_update() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    found cases_transition%ROWTYPE;
    today date := (now() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
    SELECT * INTO found FROM cases_transition AS t
        WHERE t.process = OLD.process AND t.from_state = OLD.state AND t.to_state = NEW.state
            AND (t.slug = cases_said('step') OR (cases_said('step') = '' AND OLD.state <> NEW.state))
            AND (t.by_citizen OR NOT cases_is_citizen())
        ORDER BY t.id LIMIT 1;
    IF found.id IS NULL THEN
        IF OLD.state <> NEW.state THEN
            PERFORM cases_refuse(OLD.process, OLD.state, NEW.state, OLD.number);
        END IF;
        IF cases_is_citizen() OR (OLD.state IN ('granted', 'in_effect', 'suspended', 'refused', 'ended')
            AND (NEW.fen, NEW.every, NEW.effective_from, NEW.ended_on) IS DISTINCT FROM
                (OLD.fen, OLD.every, OLD.effective_from, OLD.ended_on)) THEN
            PERFORM cases_refuse(OLD.process, OLD.state, NEW.state || ' (amount or days)', OLD.number);
        END IF;
    ELSE
        NEW.state_since := now();
        NEW.due := today + found.days;
        NEW.escalated := 0;
    END IF;
    IF (NEW.number, NEW.item, NEW.process) IS DISTINCT FROM (OLD.number, OLD.item, OLD.process) THEN
        RAISE EXCEPTION 'case %: number, item and process do not change', OLD.number USING ERRCODE = 'YY001';
    END IF;
    RETURN NEW;
END $$;

-- After a statement: one row a step. `taken` says whether a step without a change of state is meant (a new amount).
CREATE FUNCTION cases_note_update() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO cases_step (case_id, slug, from_state, to_state, at, by, by_name, "right", reason, detail)
    SELECT n.id, t.slug, o.state, n.state, now(), nullif(cases_said('user'), '')::bigint,
        left(coalesce(nullif(cases_said('actor'), ''), session_user::text), 150), t."right", left(cases_said('why'), 400),
        coalesce(nullif(cases_said('detail'), '')::jsonb, '{}')
            || CASE WHEN n.cause <> '' AND n.cause IS DISTINCT FROM o.cause THEN jsonb_build_object('cause', n.cause) ELSE '{}' END
            || CASE WHEN n.fen <> o.fen THEN jsonb_build_object('fen_before', o.fen, 'fen', n.fen) ELSE '{}' END
    FROM new_rows AS n JOIN old_rows AS o ON o.id = n.id
    CROSS JOIN LATERAL (
        SELECT t.slug, t."right" FROM cases_transition AS t
        WHERE t.process = n.process AND t.from_state = o.state AND t.to_state = n.state
            AND (t.slug = cases_said('step') OR (cases_said('step') = '' AND o.state <> n.state))
        ORDER BY t.id LIMIT 1
    ) AS t;
    RETURN NULL;
END $$;

-- A case begins in an opening state. The writer sets since when and until when, so that a million rows cost no look-up each.
CREATE FUNCTION cases_note_insert() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    wrong record;
    opened bigint;
    came bigint;
BEGIN
    INSERT INTO cases_step (case_id, slug, from_state, to_state, at, by, by_name, "right", reason, detail)
    SELECT n.id, t.slug, '', n.state, now(), nullif(cases_said('user'), '')::bigint,
        left(coalesce(nullif(cases_said('actor'), ''), session_user::text), 150), t."right", left(cases_said('why'), 400),
        coalesce(nullif(cases_said('detail'), '')::jsonb, '{}')
    FROM new_rows AS n JOIN cases_transition AS t ON t.process = n.process AND t.from_state = '' AND t.to_state = n.state
        AND (t.by_citizen OR NOT cases_is_citizen());
    GET DIAGNOSTICS opened = ROW_COUNT;
    SELECT count(*) INTO came FROM new_rows;
    IF opened <> came THEN
        SELECT n.* INTO wrong FROM new_rows AS n WHERE NOT EXISTS (
            SELECT 1 FROM cases_transition AS t WHERE t.process = n.process AND t.from_state = '' AND t.to_state = n.state
                AND (t.by_citizen OR NOT cases_is_citizen())
        ) LIMIT 1;
        PERFORM cases_refuse(wrong.process, '', wrong.state, wrong.number);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER steps_before BEFORE UPDATE ON cases_case FOR EACH ROW EXECUTE FUNCTION cases_before_update();
CREATE TRIGGER steps_update AFTER UPDATE ON cases_case REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION cases_note_update();
CREATE TRIGGER steps_insert AFTER INSERT ON cases_case REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION cases_note_insert();

-- Only a table's owner may look at it for statistics.
CREATE FUNCTION cases_analyze() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    ANALYZE cases_case, cases_step, cases_decision;
END $$;
REVOKE ALL ON FUNCTION cases_analyze() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_analyze() TO yiyang_app;
