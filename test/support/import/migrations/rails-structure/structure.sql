SET statement_timeout = 0;
SET lock_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET row_security = off;

--
-- Name: EXTENSION pg_trgm; Type: COMMENT; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

SET default_tablespace = '';

SET default_with_oids = false;

--
-- Name: impressions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.impressions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    advert_id bigint NOT NULL,
    advert_name character varying NOT NULL,
    shown_at_date date NOT NULL,
    clicked_at_date date
)
PARTITION BY LIST (advert_id);


CREATE TABLE public.impressions_default (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    advert_id bigint NOT NULL,
    advert_name character varying NOT NULL,
    shown_at_date date NOT NULL,
    clicked_at_date date
);
ALTER TABLE ONLY public.impressions ATTACH PARTITION public.impressions_default DEFAULT;


--
-- Name: index_impressions_on_advert_name; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX index_impressions_on_advert_name ON ONLY public.impressions USING btree (advert_name);


CREATE INDEX impressions_default_advert_name_idx ON public.impressions_default USING btree (advert_name);


CREATE INDEX index_impressions_default_on_trgm ON public.impressions_default USING gin (advert_name public.gin_trgm_ops);


ALTER INDEX public.index_impressions_on_advert_name ATTACH PARTITION public.impressions_default_advert_name_idx;


--
-- PostgreSQL database dump complete
--

SET search_path TO "$user", public;

