create table "public"."visits" (
    "id" uuid not null default gen_random_uuid(),
    "page" text not null,
    "at" timestamp with time zone default now()
);

alter table "public"."visits" enable row level security;

CREATE UNIQUE INDEX visits_pkey ON public.visits USING btree (id);

CREATE UNIQUE INDEX visits_page_key ON public.visits USING btree (page);

CREATE INDEX visits_at ON public.visits USING brin (at);

alter table "public"."visits" add constraint "visits_pkey" PRIMARY KEY using index "visits_pkey";

alter table "public"."visits" add constraint "visits_page_key" UNIQUE using index "visits_page_key";

set check_function_bodies = off;
