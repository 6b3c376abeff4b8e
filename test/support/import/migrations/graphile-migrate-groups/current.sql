--! no-transaction
create index concurrently if not exists members_name on app_public.members (lower(name));
