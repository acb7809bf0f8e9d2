-- The second lock on the way of a list: only an act moves a revision, each part by another person, and what is past
-- its draft does not change any more. `revisions.steps` says the same; a test compares the two.
CREATE FUNCTION revisions_moves() RETURNS TABLE (slug text, part text, source text, target text) LANGUAGE sql IMMUTABLE AS $$
  VALUES ('start', 'revise', 'draft', 'draft'), ('edit', 'revise', 'draft', 'draft'), ('edit', 'revise', 'sent_back', 'draft'),
    ('submit', 'revise', 'draft', 'legal'), ('submit', 'revise', 'sent_back', 'legal'),
    ('drop', 'revise', 'draft', 'dropped'), ('drop', 'revise', 'sent_back', 'dropped'),
    ('declare', 'legal', 'legal', 'legal'), ('legal', 'legal', 'legal', 'approval'), ('legal_back', 'legal', 'legal', 'sent_back'),
    ('approve', 'approve', 'approval', 'to_issue'), ('approve_back', 'approve', 'approval', 'sent_back'),
    ('issue', 'issue', 'to_issue', 'issued'), ('issue_back', 'issue', 'to_issue', 'sent_back'),
    ('file', 'file', 'issued', 'filed')
$$;

CREATE FUNCTION revisions_act_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  held revisions_revision%ROWTYPE;
BEGIN
  -- BY is a word of PL/pgSQL: the column is quoted. The row is locked, so that two acts of one moment are judged one after the other.
  SELECT * INTO held FROM revisions_revision WHERE id = NEW.revision_id FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'revisions: no such revision in scope' USING ERRCODE = 'check_violation';
  END IF;
  IF nullif(current_setting('yiyang.self', true), '') IS DISTINCT FROM 'on'
     AND NEW."by"::text IS DISTINCT FROM nullif(current_setting('yiyang.user', true), '') THEN
    RAISE EXCEPTION 'revisions: an act is signed by whoever does it' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.from_state <> held.state OR NOT EXISTS (
    SELECT 1 FROM revisions_moves() AS m
    WHERE m.slug = NEW.slug AND m.part = NEW.part AND m.source = held.state AND m.target = NEW.to_state
  ) THEN
    RAISE EXCEPTION 'revisions: % does not lead from % to %', NEW.slug, held.state, NEW.to_state USING ERRCODE = 'check_violation';
  END IF;
  IF (NEW.part <> 'revise' AND held.made_by = NEW."by") OR EXISTS (
    SELECT 1 FROM revisions_act AS a WHERE a.revision_id = NEW.revision_id AND a."by" = NEW."by" AND a.part <> NEW.part
  ) THEN
    RAISE EXCEPTION 'revisions: nobody does two parts of one revision' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.hash <> held.hash THEN
    RAISE EXCEPTION 'revisions: another content than the one judged' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.slug IN ('submit', 'legal', 'approve', 'issue') AND NEW.floor_holds IS NULL
     OR NEW.slug IN ('legal', 'approve', 'issue') AND NOT NEW.floor_holds THEN
    RAISE EXCEPTION 'revisions: below the floor' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.to_state <> held.state THEN
    UPDATE revisions_revision SET state = NEW.to_state, changed_at = now(),
      issued_at = CASE WHEN NEW.to_state = 'issued' THEN now() ELSE issued_at END,
      filed_at = CASE WHEN NEW.to_state = 'filed' THEN now() ELSE filed_at END
    WHERE id = NEW.revision_id;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT ON revisions_act FOR EACH ROW EXECUTE FUNCTION revisions_act_guard();

CREATE FUNCTION revisions_revision_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'draft' OR NEW.issued_at IS NOT NULL OR NEW.filed_at IS NOT NULL THEN
      RAISE EXCEPTION 'revisions: a revision begins as a draft' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  -- Depth 2 is the guard of acts, or an area whose code changed.
  IF pg_trigger_depth() < 2 AND (NEW.state, NEW.issued_at, NEW.filed_at, NEW.area_code, NEW.made_by)
     IS DISTINCT FROM (OLD.state, OLD.issued_at, OLD.filed_at, OLD.area_code, OLD.made_by) THEN
    RAISE EXCEPTION 'revisions: only an act moves a revision' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.state NOT IN ('draft', 'sent_back') AND (NEW.files, NEW.base, NEW.hash, NEW.starts, NEW.version, NEW.title, NEW.reason)
     IS DISTINCT FROM (OLD.files, OLD.base, OLD.hash, OLD.starts, OLD.version, OLD.title, OLD.reason) THEN
    RAISE EXCEPTION 'revisions: what is past its draft does not change' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.state <> 'legal' AND NEW.declared IS DISTINCT FROM OLD.declared THEN
    RAISE EXCEPTION 'revisions: breaches are declared at the legal check' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON revisions_revision FOR EACH ROW EXECUTE FUNCTION revisions_revision_guard();
