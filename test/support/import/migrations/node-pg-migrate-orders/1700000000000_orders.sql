-- Up Migration
CREATE TABLE orders (id serial PRIMARY KEY, status text, placed_at timestamptz);
CREATE INDEX orders_status ON orders (status, placed_at DESC NULLS LAST);

-- Down Migration
DROP TABLE orders;
