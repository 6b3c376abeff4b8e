--
-- PostgreSQL database dump
--

SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET check_function_bodies = false;
SET client_min_messages = warning;

CREATE EXTENSION IF NOT EXISTS plpgsql WITH SCHEMA pg_catalog;
COMMENT ON EXTENSION plpgsql IS 'PL/pgSQL procedural language';

SET search_path = public, pg_catalog;

SET default_tablespace = '';

SET default_with_oids = false;

--
-- Name: audits; Type: TABLE; Schema: public; Owner: -; Tablespace:
--

CREATE TABLE audits (
    id integer NOT NULL,
    hashid character varying NOT NULL,
    data json NOT NULL,
    expires integer
);

ALTER TABLE ONLY audits
    ADD CONSTRAINT audits_pkey PRIMARY KEY (id);

CREATE INDEX index_audits_on_expires ON audits USING btree (expires);

CREATE UNIQUE INDEX index_audits_on_hashid ON audits USING btree (hashid, (((data ->> 'kind'::text))::integer));

CREATE TABLE schema_migrations (version character varying NOT NULL);
CREATE UNIQUE INDEX unique_schema_migrations ON schema_migrations USING btree (version);

SET search_path TO "$user",public;

INSERT INTO schema_migrations (version) VALUES ('20140101000000');
