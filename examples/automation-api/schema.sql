CREATE TABLE messages (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  conversation_id bigint NOT NULL,
  sender_id bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO messages (conversation_id, sender_id)
SELECT n % 50, n % 7 FROM generate_series(1, 5000) n;
