--! Previous: -
--! Hash: sha1:c7bfd82d2bd8c4123ad3a4175fadd3b484fdb568

create schema app_public;
create table app_public.members (id serial primary key, name text);
