--
-- PostgreSQL database dump
--

-- Dumped from database version 17.4
-- Dumped by pg_dump version 17.4

SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false);
SET default_tablespace = '';

CREATE FUNCTION public.year_of(timestamp without time zone) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT
    AS $_$SELECT date_part('year', $1)::integer$_$;

CREATE TABLE public.rental (
    id integer NOT NULL,
    title text,
    words tsvector,
    paid_at timestamp without time zone NOT NULL
)
PARTITION BY RANGE (paid_at);

CREATE TABLE public.rental_2022_01 (
    id integer NOT NULL,
    title text,
    words tsvector,
    paid_at timestamp without time zone NOT NULL
);

CREATE TABLE public.film (
    id integer NOT NULL,
    words tsvector
);

ALTER TABLE ONLY public.rental ATTACH PARTITION public.rental_2022_01 FOR VALUES FROM ('2022-01-01 00:00:00') TO ('2022-02-01 00:00:00');

--
-- Data for Name: film; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.film (id, words) FROM stdin;
1	'academi':1 'dinosaur':2
2	\N
\.

ALTER TABLE ONLY public.film
    ADD CONSTRAINT film_pkey PRIMARY KEY (id);

--
-- Name: film_words_idx; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX film_words_idx ON public.film USING gist (words);

CREATE INDEX idx_rental_paid_at ON ONLY public.rental USING btree (paid_at, id);

CREATE INDEX idx_rental_year ON ONLY public.rental USING btree (public.year_of(paid_at));

CREATE INDEX rental_2022_01_paid_at_id_idx ON public.rental_2022_01 USING btree (paid_at, id);

CREATE INDEX rental_2022_01_year_of_idx ON public.rental_2022_01 USING btree (public.year_of(paid_at));

CREATE UNIQUE INDEX idx_own ON public.rental_2022_01 USING btree (id, title);

ALTER INDEX public.idx_rental_paid_at ATTACH PARTITION public.rental_2022_01_paid_at_id_idx;

ALTER INDEX public.idx_rental_year ATTACH PARTITION public.rental_2022_01_year_of_idx;

--
-- PostgreSQL database dump complete
--
