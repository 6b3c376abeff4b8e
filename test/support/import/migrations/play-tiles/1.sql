# --- A scheme

# --- !Ups
-- groups of places
CREATE TABLE IF NOT EXISTS tile_groups (
    id SERIAL PRIMARY KEY,
    z SMALLINT NOT NULL,
    x INTEGER NOT NULL,
    y INTEGER NOT NULL,
    place_count INTEGER NOT NULL,
    counts JSONB DEFAULT '{}'::jsonb
);;

CREATE INDEX IF NOT EXISTS idx_tile_groups_coords ON tile_groups (z, x, y);;
CREATE INDEX IF NOT EXISTS idx_tile_groups_zoom ON tile_groups (z) WHERE place_count > 0;;

CREATE OR REPLACE FUNCTION mark_tile() RETURNS TRIGGER AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;;
  END IF;;
  RETURN NEW;;
END;;
$$ LANGUAGE plpgsql VOLATILE;;

# --- !Downs

DROP FUNCTION mark_tile;;
DROP TABLE tile_groups;;
