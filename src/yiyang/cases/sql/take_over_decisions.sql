-- One decision each; its reasons stay with the run's ground.
INSERT INTO cases_decision (case_id, number, kind, fen, every, holds_from, lines, articles, ground_id, reason,
    decided_by, decided_by_name, decided_at, appeal_until)
SELECT c.id, cases_new_number('JD', c.area_code, %(first)s), 'takeover', c.fen, c.every, %(first)s, '[]', '[]',
    c.ground_id, '首月承接', NULL, '首月承接', now(), %(until)s
FROM cases_case AS c
WHERE c.run_id = %(run)s AND c.state = 'in_effect' AND c.channel = 'run'
    AND NOT EXISTS (SELECT 1 FROM cases_decision AS d WHERE d.case_id = c.id)
