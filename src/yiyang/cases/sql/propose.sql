-- A case that was decided: what the run wants done is proposed, and a person decides. Entitled to the same: nothing is.
UPDATE cases_case AS c SET run_id = %(run)s, ground_id = coalesce(p.ground_id, c.ground_id), cause = p.cause,
    proposal = p.proposal, fen_proposed = CASE p.proposal WHEN 'change' THEN p.fen END,
    proposed_from = CASE WHEN p.proposal <> '' THEN %(first)s::date END,
    due = CASE WHEN p.proposal <> '' THEN %(due)s::date WHEN c.state = 'suspended' THEN c.due END, escalated = 0, changed_at = now()
FROM (
    SELECT ch.*, o.id AS case_id,
        CASE ch.kind WHEN 'ended' THEN 'end' WHEN 'open' THEN 'look'
            ELSE CASE WHEN ch.fen = o.fen THEN '' ELSE 'change' END END AS proposal
    FROM incoming_change AS ch JOIN cases_case AS o ON o.person_id = ch.person AND o.item = ch.item
    WHERE o.state IN ('granted', 'in_effect', 'suspended')
) AS p
WHERE c.id = p.case_id AND c.state IN ('granted', 'in_effect', 'suspended') AND c.run_id IS DISTINCT FROM %(run)s
