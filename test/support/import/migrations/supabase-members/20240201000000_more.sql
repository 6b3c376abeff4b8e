alter table "public"."Member" drop constraint "Member_token_key";

drop index if exists "public"."Member_token_key";

CREATE INDEX "Member_token" ON public."Member" USING hash (token);
