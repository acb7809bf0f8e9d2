-- SECURITY DEFINER: only the trigger moves the head, and it reads the last hash whoever writes. The row lock on the head
-- lets one transaction at a time add lines, so there is neither a gap nor a fork.
CREATE TABLE audit_head (one boolean PRIMARY KEY DEFAULT true CHECK (one), seq bigint NOT NULL, hash bytea NOT NULL);
INSERT INTO audit_head (seq, hash) VALUES (0, '');

CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    head audit_head%ROWTYPE;
    line audit_line%ROWTYPE;
BEGIN
    SELECT * INTO head FROM audit_head FOR UPDATE;
    line := NEW;
    line.seq := head.seq + 1;
    line.at := clock_timestamp();
    line.previous := head.hash;
    line.hash := sha256(head.hash || convert_to({line_text}, 'UTF8'));
    UPDATE audit_head SET seq = line.seq, hash = line.hash;
    RETURN line;
END $$;

CREATE TRIGGER chain BEFORE INSERT ON audit_line FOR EACH ROW EXECUTE FUNCTION audit_chain();
