-- As in steps.sql, and a step that is late and rises to a level above is noted too.
CREATE OR REPLACE FUNCTION assessment_note_update() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO assessment_requeststep (request_id, from_state, to_state, at, by, by_name, reason)
    SELECT n.id, o.state, n.state, now(), nullif(assessment_said('user'), '')::bigint,
        left(coalesce(nullif(assessment_said('actor'), ''), session_user::text), 150), left(assessment_said('why'), 400)
    FROM new_rows AS n JOIN old_rows AS o ON o.id = n.id
    WHERE n.state <> o.state OR n.escalated > o.escalated
        OR (n.state = 'planned' AND (n.agency_id, n.lead_id, n.second_id, n.appointed)
            IS DISTINCT FROM (o.agency_id, o.lead_id, o.second_id, o.appointed));
    RETURN NULL;
END $$;
