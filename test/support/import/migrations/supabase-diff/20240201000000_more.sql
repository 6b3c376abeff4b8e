alter table "public"."visits" drop constraint "visits_page_key";

drop index if exists "public"."visits_page_key";

CREATE INDEX visits_page ON public.visits USING hash (page);
