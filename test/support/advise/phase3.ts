// The Phase 3 application: its statements, as often as they run.

/** What the application sends, one statement each; `calls` as a comment says. */
export const PHASE3_WORKLOAD = `
-- calls: 200000, mean: 210 ms
SELECT * FROM conversation_states
 WHERE patient_id = $1 AND is_active = $2 AND expires_at > now();
-- calls: 300000, mean: 150 ms
SELECT * FROM conversation_messages WHERE conversation_state_id = $1 ORDER BY created_at DESC;
-- calls: 300000
SELECT * FROM conversation_messages
 WHERE conversation_state_id = $1 ORDER BY created_at DESC LIMIT $2;
-- calls: 50000
SELECT count(*) FROM conversation_messages WHERE conversation_state_id = $1;
-- calls: 500000
SELECT * FROM patients WHERE id = $1;
-- calls: 400000
SELECT * FROM conversation_states WHERE id = $1;
-- calls: 20000
SELECT p.display_name, s.current_step FROM conversation_states s
  JOIN patients p ON p.id = s.patient_id
 WHERE s.patient_id = $1 AND s.is_active = $2 ORDER BY s.expires_at DESC LIMIT $3;
-- calls: 10000
SELECT s.id, m.id FROM conversation_states s
  LEFT JOIN conversation_messages m ON m.conversation_state_id = s.id
 WHERE s.id = $1 AND s.expires_at <= now();
-- calls: 5000
DELETE FROM conversation_messages WHERE conversation_state_id = $1;
-- calls: 5000
DELETE FROM conversation_states WHERE id = $1;
-- calls: 300000
INSERT INTO conversation_messages (id, conversation_state_id, role, body, created_at)
VALUES ($1, $2, $3, $4, now());
-- calls: 30000
INSERT INTO conversation_states (id, patient_id, is_active, expires_at) VALUES ($1, $2, $3, $4);
-- calls: 30000
UPDATE conversation_states SET current_step = $2, updated_at = now() WHERE id = $1;
-- calls: 10000
UPDATE conversation_states SET is_active = $3 WHERE patient_id = $1 AND is_active = $2;
-- calls: 20000
SELECT EXISTS (SELECT FROM conversation_messages m WHERE m.conversation_state_id = $1 AND m.role = $2);
-- calls: 5000
SELECT s.*, (SELECT max(m.created_at) FROM conversation_messages m
              WHERE m.conversation_state_id = s.id) AS latest
  FROM conversation_states s WHERE s.patient_id = $1;
SET statement_timeout = 1000;
BEGIN;
COMMIT;
`;
