-- No longer entitled before anything was decided. What became unknown stays: somebody asks.
UPDATE cases_case AS c SET state = 'void', run_id = %(run)s, cause = ch.cause, proposal = '', changed_at = now()
FROM incoming_change AS ch
WHERE ch.person = c.person_id AND ch.item = c.item AND ch.kind = 'ended'
    AND c.state IN ('found', 'told', 'agreed', 'applied', 'supplementing', 'checked') AND c.run_id IS DISTINCT FROM %(run)s
