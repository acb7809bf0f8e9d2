-- What a finding may become, whoever writes: an action, a job or somebody at the console; and every step is noted here.
-- The action says in the transaction's settings why: yiyang.why. Who acts says the scope: yiyang.user, yiyang.actor.

CREATE SEQUENCE visits_finding_number AS bigint;
GRANT USAGE ON SEQUENCE visits_finding_number TO yiyang_app;

-- 事件编号: YC, six digits of the area, year and month, a running number.
CREATE FUNCTION visits_new_number(area bigint, on_day date) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT 'YC' || lpad((greatest(area, 0) / 1000000)::text, 6, '0') || to_char(on_day, 'YYYYMM')
        || lpad(n::text, greatest(6, length(n::text)), '0') FROM nextval('visits_finding_number') AS n
$$;

CREATE FUNCTION visits_said(name text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(current_setting('yiyang.' || name, true), '')
$$;

-- The step that leads from one state to another; NULL = there is none.
CREATE FUNCTION visits_step(from_state text, to_state text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN from_state = '' AND to_state IN ('open', 'assigned') THEN 'report'
        WHEN from_state IN ('open', 'assigned') AND to_state = 'assigned' THEN 'assign'
        WHEN from_state = 'assigned' AND to_state = 'acted' THEN 'act'
        WHEN from_state = 'acted' AND to_state = 'assigned' THEN 'return'
        WHEN from_state = 'acted' AND to_state = 'closed' THEN 'verify'
        WHEN from_state IN ('open', 'assigned', 'acted') AND to_state = 'void' THEN 'void'
    END
$$;

CREATE FUNCTION visits_finding_before() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    mine bigint := nullif(visits_said('user'), '')::bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF visits_step('', NEW.state) IS NULL THEN
            RAISE EXCEPTION 'finding %: does not begin as "%"', NEW.number, NEW.state USING ERRCODE = 'YY001';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.number, NEW.person_id, NEW.kind, NEW.found_at) IS DISTINCT FROM (OLD.number, OLD.person_id, OLD.kind, OLD.found_at) THEN
        RAISE EXCEPTION 'finding %: number, person, kind and time do not change', OLD.number USING ERRCODE = 'YY001';
    END IF;
    IF OLD.state = NEW.state THEN
        IF NEW.acted_by IS DISTINCT FROM OLD.acted_by OR NEW.closed_at IS DISTINCT FROM OLD.closed_at
            OR (OLD.state IN ('closed', 'void') AND NEW.area_code = OLD.area_code) THEN
            RAISE EXCEPTION 'finding %: is not changed without a step', OLD.number USING ERRCODE = 'YY001';
        END IF;
        RETURN NEW;
    END IF;
    IF visits_step(OLD.state, NEW.state) IS NULL THEN
        RAISE EXCEPTION 'finding %: there is no step from "%" to "%"', OLD.number, OLD.state, NEW.state USING ERRCODE = 'YY001';
    END IF;
    NEW.state_since := now();
    IF NEW.state = 'acted' THEN
        IF mine IS NULL THEN
            RAISE EXCEPTION 'finding %: nobody acts', OLD.number USING ERRCODE = 'YY001';
        END IF;
        NEW.acted_by := mine;
    ELSIF NEW.state IN ('closed', 'void') THEN
        -- Another than who acted says that it is well; not even calling it a false alarm is left to him.
        IF mine IS NULL OR EXISTS (
            SELECT 1 FROM visits_findingstep AS s WHERE s.finding_id = OLD.id AND s.slug = 'act' AND s.by = mine
        ) THEN
            RAISE EXCEPTION 'finding %: is verified by another than who acted', OLD.number USING ERRCODE = 'YY002';
        END IF;
        NEW.acted_by := OLD.acted_by;
        NEW.closed_at := now();
        NEW.due := NULL;
    ELSE
        NEW.acted_by := OLD.acted_by;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION visits_finding_after() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    was text := CASE WHEN TG_OP = 'INSERT' THEN '' ELSE OLD.state END;
    found text := visits_step(CASE WHEN TG_OP = 'INSERT' THEN '' ELSE OLD.state END, NEW.state);
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = NEW.state THEN
        found := CASE
            WHEN NEW.escalated > OLD.escalated THEN 'escalate'
            WHEN (NEW.assigned_to_id, NEW.unit) IS DISTINCT FROM (OLD.assigned_to_id, OLD.unit) THEN 'assign'
            WHEN visits_said('why') <> '' AND NEW.words IS DISTINCT FROM OLD.words THEN 'report'
        END;
    END IF;
    IF found IS NOT NULL THEN
        INSERT INTO visits_findingstep (finding_id, slug, from_state, to_state, at, by, by_name, words)
        VALUES (NEW.id, found, was, NEW.state, clock_timestamp(), nullif(visits_said('user'), '')::bigint,
            left(coalesce(nullif(visits_said('actor'), ''), session_user::text), 150), left(visits_said('why'), 1000));
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER steps_before BEFORE INSERT OR UPDATE ON visits_finding FOR EACH ROW EXECUTE FUNCTION visits_finding_before();
CREATE TRIGGER steps_after AFTER INSERT OR UPDATE ON visits_finding FOR EACH ROW EXECUTE FUNCTION visits_finding_after();

-- Only a table's owner may look at it for statistics.
CREATE FUNCTION visits_analyze() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    ANALYZE visits_visit, visits_stop, visits_report, visits_finding;
END $$;
REVOKE ALL ON FUNCTION visits_analyze() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION visits_analyze() TO yiyang_app;
