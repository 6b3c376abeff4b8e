--! Previous: sha1:c7bfd82d2bd8c4123ad3a4175fadd3b484fdb568
--! Hash: sha1:96e61671197c65e35e193e2974d5d41be02ddcbd

drop function if exists app_public.transfer_group(int, int);
drop function if exists app_public.accept_invitation(int, text) cascade;
drop table if exists app_public.group_members;
drop table if exists app_public.groups cascade;

--------------------------------------------------------------------------------

create table app_public.groups (
  id serial primary key,
  slug text not null unique
);
alter table app_public.groups enable row level security;

grant select on app_public.groups to :DATABASE_VISITOR;

--------------------------------------------------------------------------------

create table app_public.group_members (
  id serial primary key,
  group_id int not null references app_public.groups on delete cascade,
  member_id int not null references app_public.members on delete cascade,
  unique (group_id, member_id)
);

create index on app_public.group_members (member_id);
create index on app_public.group_members(group_id, id desc);
grant select on app_public.group_members to :DATABASE_VISITOR;

create function app_public.current_group_ids() returns setof int as $$
  select group_id from app_public.group_members;
$$ language sql stable security definer set search_path = pg_catalog, public, pg_temp;
