-- migrate:up

CREATE SCHEMA IF NOT EXISTS acct;

-- acct.people definition

CREATE TABLE IF NOT EXISTS acct.people (
    tenant_id uuid NULL,
    id uuid NOT NULL UNIQUE,
    "role" varchar(255) NULL,
    email varchar(255) NULL UNIQUE,
    payload json NULL,
    CONSTRAINT people_pkey PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS people_tenant_id_email_idx ON acct.people USING btree (tenant_id, email);
CREATE INDEX IF NOT EXISTS people_tenant_id_idx ON acct.people USING btree (tenant_id);
comment on table acct.people is 'Accounts: who may sign in.';

create or replace function acct.role() returns text as $$
  select nullif(current_setting('request.role', true), '')::text;
$$ language sql stable;

do $$
begin
  if not exists (
    select 1 from pg_roles
    where rolname = 'reads_corpus_admin'
  )
  then
    RAISE NOTICE 'no such role';
  end if;
end
$$;

-- migrate:down
