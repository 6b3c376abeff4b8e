create table "public"."Member" (
    "id" text not null,
    "email" text not null,
    "token" text not null,
    "createdAt" timestamp(3) without time zone not null default CURRENT_TIMESTAMP,
    "updatedAt" timestamp(3) without time zone not null
);


create table "public"."_migrations" (
    "id" character varying(36) not null,
    "started_at" timestamp with time zone not null default now(),
    "applied_steps_count" integer not null default 0
);


alter table "public"."Member" enable row level security;

CREATE UNIQUE INDEX "Member_email_key" ON public."Member" USING btree (email);

CREATE UNIQUE INDEX "Member_token_key" ON public."Member" USING btree (token);

CREATE INDEX "Member_createdAt" ON public."Member" USING brin ("createdAt");

CREATE UNIQUE INDEX "Member_pkey" ON public."Member" USING btree (id);

CREATE UNIQUE INDEX _migrations_pkey ON public._migrations USING btree (id);

alter table "public"."Member" add constraint "Member_pkey" PRIMARY KEY using index "Member_pkey";

alter table "public"."_migrations" add constraint "_migrations_pkey" PRIMARY KEY using index "_migrations_pkey";

alter table "public"."Member" add constraint "Member_token_key" UNIQUE using index "Member_token_key";

set check_function_bodies = off;
