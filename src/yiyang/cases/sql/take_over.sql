-- Of a first run: whatever is certain is received already. Whoever applied before the run goes on with his case.
INSERT INTO cases_case (number, person_id, item, list_area, process, channel, area_code, state, state_since, due,
    escalated, fen, fen_proposed, proposed_from, every, effective_from, ended_on, proposal, cause, run_id, ground_id, key, changed_at)
SELECT cases_new_number('', ch.area_code, %(first)s), ch.person, ch.item, ch.list_area, ch.process, 'run', ch.area_code,
    'in_effect', now(), NULL, 0, ch.fen, NULL, NULL, ch.every, %(first)s, NULL, '', ch.cause, %(run)s, ch.ground_id, '', now()
FROM incoming_change AS ch
WHERE ch.kind = 'new' AND NOT EXISTS (
    SELECT 1 FROM cases_case AS c WHERE c.person_id = ch.person AND c.item = ch.item
        AND (c.state NOT IN ('declined', 'refused', 'withdrawn', 'void', 'ended') OR c.state_since >= %(ordered)s)
)
ON CONFLICT (person_id, item) WHERE state NOT IN ('declined', 'refused', 'withdrawn', 'void', 'ended') DO NOTHING
