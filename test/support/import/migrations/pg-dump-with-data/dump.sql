--
-- PostgreSQL database dump
--

\restrict ubkdlPioam15u4jtImOkE8ILFxrU5Fcf

SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);

CREATE SCHEMA stock;

CREATE TYPE stock.state AS ENUM (
    'new',
    'sold'
);

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE stock.goods (
    id integer NOT NULL,
    label text,
    state stock.state
);

COPY stock.goods (id, label, state) FROM stdin;
1	it's 5" wide; CREATE INDEX	new
2	-- +goose Down	sold
3	\\restrict	\N
\.

SELECT pg_catalog.setval('stock.goods_id_seq', 3, true);

CREATE INDEX goods_label_idx ON stock.goods USING btree (label COLLATE "C" DESC NULLS LAST) INCLUDE (id) WHERE (state = ANY (ARRAY['new'::stock.state, 'sold'::stock.state]));

COMMENT ON INDEX stock.goods_label_idx IS 'for the shelf';

CREATE INDEX goods_filled_idx ON stock.goods USING btree (id) WITH (fillfactor='70');

ALTER TABLE stock.goods CLUSTER ON goods_filled_idx;

\unrestrict ubkdlPioam15u4jtImOkE8ILFxrU5Fcf
