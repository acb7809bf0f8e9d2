-- What a request may become, whoever writes: an action, a job or somebody at the console. Each move is noted by the database itself.
-- The action says why in the transaction's setting yiyang.why (`steps.py`).

CREATE SEQUENCE assessment_number AS bigint;
GRANT USAGE ON SEQUENCE assessment_number TO yiyang_app;

-- SQ = 申请编号, PG = 证书编号: six digits of the area, year and month, a running number.
CREATE FUNCTION assessment_new_number(kind text, area bigint, on_day date) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT kind || lpad((greatest(area, 0) / 1000000)::text, 6, '0') || to_char(on_day, 'YYYYMM')
        || lpad(n::text, greatest(7, length(n::text)), '0') FROM nextval('assessment_number') AS n
$$;

CREATE FUNCTION assessment_said(name text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(current_setting('yiyang.' || name, true), '')
$$;

-- Which state may follow which; '' = it is opened.
CREATE FUNCTION assessment_may_follow(from_state text, to_state text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT (from_state, to_state) IN (
        ('', 'requested'),
        ('requested', 'planned'), ('requested', 'refused'), ('requested', 'cancelled'),
        ('planned', 'requested'), ('planned', 'filled'), ('planned', 'refused'), ('planned', 'cancelled'),
        ('filled', 'signed'), ('filled', 'returned'), ('filled', 'cancelled'),
        ('signed', 'issued'), ('signed', 'returned'),
        ('returned', 'planned'), ('returned', 'filled'), ('returned', 'cancelled')
    )
$$;

CREATE FUNCTION assessment_refuse(from_state text, to_state text, number text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'assessment %: there is no step from "%" to "%"', number, from_state, to_state USING ERRCODE = 'YY002';
END $$;

CREATE FUNCTION assessment_before() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    before text := CASE WHEN TG_OP = 'INSERT' THEN '' ELSE OLD.state END;
BEGIN
    -- A citizen's own hand writes nothing: actions of the platform do.
    IF assessment_said('citizen') <> '' AND assessment_said('self') <> 'on' THEN
        PERFORM assessment_refuse(before, NEW.state, NEW.number);
    END IF;
    IF before <> NEW.state THEN
        IF NOT assessment_may_follow(before, NEW.state) THEN
            PERFORM assessment_refuse(before, NEW.state, NEW.number);
        END IF;
        NEW.state_since := now();
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.number, NEW.person_id, NEW.instrument, NEW.kind) IS DISTINCT FROM
        (OLD.number, OLD.person_id, OLD.instrument, OLD.kind)
    THEN
        RAISE EXCEPTION 'assessment %: number, person, scale and kind do not change', OLD.number USING ERRCODE = 'YY002';
    END IF;
    RETURN NEW;
END $$;

-- After a statement: one row a move; that others were charged with it is noted too.
CREATE FUNCTION assessment_note_update() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO assessment_requeststep (request_id, from_state, to_state, at, by, by_name, reason)
    SELECT n.id, o.state, n.state, now(), nullif(assessment_said('user'), '')::bigint,
        left(coalesce(nullif(assessment_said('actor'), ''), session_user::text), 150), left(assessment_said('why'), 400)
    FROM new_rows AS n JOIN old_rows AS o ON o.id = n.id
    WHERE n.state <> o.state OR (n.state = 'planned' AND (n.agency_id, n.lead_id, n.second_id, n.appointed)
        IS DISTINCT FROM (o.agency_id, o.lead_id, o.second_id, o.appointed));
    RETURN NULL;
END $$;

CREATE FUNCTION assessment_note_insert() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO assessment_requeststep (request_id, from_state, to_state, at, by, by_name, reason)
    SELECT n.id, '', n.state, now(), nullif(assessment_said('user'), '')::bigint,
        left(coalesce(nullif(assessment_said('actor'), ''), session_user::text), 150), left(assessment_said('why'), 400)
    FROM new_rows AS n;
    RETURN NULL;
END $$;

CREATE TRIGGER steps_before BEFORE INSERT OR UPDATE ON assessment_request FOR EACH ROW EXECUTE FUNCTION assessment_before();
CREATE TRIGGER steps_update AFTER UPDATE ON assessment_request REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION assessment_note_update();
CREATE TRIGGER steps_insert AFTER INSERT ON assessment_request REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION assessment_note_insert();

-- A form's answers and their fingerprint are never changed: it is only followed by another.
REVOKE UPDATE ON assessment_form FROM yiyang_app;
GRANT UPDATE (is_current) ON assessment_form TO yiyang_app;
