-- Entitled (anew, or to another amount), and a case is under way before its decision: it goes on under what the run says.
UPDATE cases_case AS c SET run_id = %(run)s, ground_id = ch.ground_id, fen = ch.fen, list_area = ch.list_area,
    cause = ch.cause, proposal = '', area_code = ch.area_code, changed_at = now()
FROM incoming_change AS ch
WHERE ch.person = c.person_id AND ch.item = c.item AND ch.kind IN ('new', 'changed')
    AND c.state IN ('found', 'told', 'agreed', 'applied', 'supplementing', 'checked') AND c.run_id IS DISTINCT FROM %(run)s
