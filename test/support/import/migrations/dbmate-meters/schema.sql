\restrict dbmate

-- Dumped from database version 17.10
-- Dumped by pg_dump version 18.6

SET statement_timeout = 0;
SET transaction_timeout = 0;
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: sum_up(bigint, date); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.sum_up(p_site bigint, p_day date) RETURNS integer
    LANGUAGE plpgsql
    AS $$
declare
    n integer;
begin
    delete from reading_daily where site_id = p_site and day = p_day;
    insert into reading_daily (site_id, day, total)
    select site_id, (read_at at time zone 'Europe/Vienna')::date, sum(value)
    from reading
    where site_id = p_site
    group by 1, 2;
    get diagnostics n = row_count;
    return n;
end
$$;


--
-- Name: touch(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.touch() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    new.updated_at := now();
    return new;
end;
$$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: pull_job; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.pull_job (
    id bigint NOT NULL,
    site_id bigint NOT NULL,
    step text DEFAULT 'waiting'::text NOT NULL,
    asked_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pull_job_step_check CHECK ((step = ANY (ARRAY['waiting'::text, 'sites'::text, 'values'::text, 'done'::text])))
);


--
-- Name: pull_job_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.pull_job ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.pull_job_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: resident; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.resident (
    id bigint NOT NULL,
    site_id bigint NOT NULL,
    login_ref text,
    outside_id text,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);


--
-- Name: COLUMN resident.login_ref; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.resident.login_ref IS 'set at the first login; see "outside_id"';


--
-- Name: schema_migrations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.schema_migrations (
    version character varying NOT NULL
);


--
-- Name: site; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.site (
    id bigint NOT NULL,
    code text NOT NULL,
    CONSTRAINT site_code_check CHECK ((code ~ '^[a-z0-9-]+$'::text))
);


--
-- Name: sky; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.sky (
    site_id bigint NOT NULL,
    "time" timestamp with time zone NOT NULL,
    clouds double precision NOT NULL
);


--
-- Name: resident resident_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.resident
    ADD CONSTRAINT resident_pkey PRIMARY KEY (id);


--
-- Name: resident resident_site_id_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.resident
    ADD CONSTRAINT resident_site_id_id_key UNIQUE (site_id, id);


--
-- Name: schema_migrations schema_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);


--
-- Name: site site_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.site
    ADD CONSTRAINT site_pkey PRIMARY KEY (id);


--
-- Name: sky sky_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sky
    ADD CONSTRAINT sky_pkey PRIMARY KEY (site_id, "time");


--
-- Name: pull_job_queue_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX pull_job_queue_idx ON public.pull_job USING btree (asked_at) WHERE (step = ANY (ARRAY['waiting'::text, 'sites'::text, 'values'::text]));


--
-- Name: pull_job_site_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX pull_job_site_idx ON public.pull_job USING btree (site_id, asked_at DESC);


--
-- Name: resident_login_ref_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX resident_login_ref_idx ON public.resident USING btree (login_ref) WHERE (login_ref IS NOT NULL);


--
-- Name: resident_outside_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX resident_outside_idx ON public.resident USING btree (site_id, outside_id) WHERE (outside_id IS NOT NULL);


--
-- Name: resident resident_updated_at; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER resident_updated_at BEFORE UPDATE ON public.resident FOR EACH ROW EXECUTE FUNCTION public.touch();


--
-- Name: sky sky_site_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sky
    ADD CONSTRAINT sky_site_id_fkey FOREIGN KEY (site_id) REFERENCES public.site(id);


--
-- PostgreSQL database dump complete
--

\unrestrict dbmate


--
-- Dbmate schema migrations
--

INSERT INTO public.schema_migrations (version) VALUES
    ('20260807120000'),
    ('20260807120100');
