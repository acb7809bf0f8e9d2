-- A line is seen by whoever may read the log, and by the actor himself. Rows of people keep their values from an auditor
-- without people: he reads audit_index, which has the names of the fields and not what stood in them.
ALTER TABLE audit_line ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON audit_line FOR SELECT USING (
    area_code <@ (SELECT nullif(current_setting('yiyang.audit', true), '')::int8multirange)
    OR actor = (SELECT nullif(current_setting('yiyang.user', true), '')::bigint)
    OR (SELECT current_setting('yiyang.self', true)) = 'on'
);
-- Seals are made by the database alone.
CREATE POLICY writers ON audit_line FOR INSERT WITH CHECK (
    kind <> 'seal' AND actor IS NOT DISTINCT FROM (SELECT nullif(current_setting('yiyang.user', true), '')::bigint)
);

ALTER TABLE audit_write ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON audit_write FOR SELECT USING (
    area_code <@ (SELECT nullif(current_setting('yiyang.people', true), '')::int8multirange)
    OR (SELECT current_setting('yiyang.self', true)) = 'on'
);

CREATE VIEW audit_index AS
    SELECT id, at, transaction, "table", key, operation, area_code, actor, actor_name, request,
        ARRAY(SELECT jsonb_object_keys(coalesce(after, before)) ORDER BY 1) AS fields
    FROM audit_write
    WHERE area_code <@ (SELECT nullif(current_setting('yiyang.audit', true), '')::int8multirange)
        OR (SELECT current_setting('yiyang.self', true)) = 'on';

-- Lines are added and read; writes are noted by triggers only; the head is moved by the chain alone.
REVOKE ALL ON audit_line, audit_write, audit_head, audit_unsealed, audit_index FROM yiyang_app;
GRANT SELECT, INSERT ON audit_line TO yiyang_app;
GRANT SELECT ON audit_write, audit_head, audit_index TO yiyang_app;
