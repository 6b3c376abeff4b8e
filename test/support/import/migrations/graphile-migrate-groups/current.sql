--! no-transaction
drop index if exists app_public.members_name;
create index concurrently members_name on app_public.members (lower(name));
