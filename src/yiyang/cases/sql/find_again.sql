-- Entitled anew, and the last case was given up or lapsed before a decision: it is found again. Whoever gave it up since
-- the run was ordered has said no to this very offer. Refused and ended cases stay closed: a new one is opened.
UPDATE cases_case AS c SET state = 'found', run_id = %(run)s, ground_id = ch.ground_id, cause = ch.cause, fen = ch.fen,
    every = ch.every, list_area = ch.list_area, area_code = ch.area_code, effective_from = %(first)s, changed_at = now()
FROM incoming_change AS ch
WHERE ch.person = c.person_id AND ch.item = c.item AND ch.kind = 'new' AND c.process = ch.process
    AND c.state IN ('declined', 'withdrawn', 'void') AND c.state_since < %(ordered)s AND c.run_id IS DISTINCT FROM %(run)s
    AND c.id = (SELECT max(o.id) FROM cases_case AS o WHERE o.person_id = ch.person AND o.item = ch.item)
