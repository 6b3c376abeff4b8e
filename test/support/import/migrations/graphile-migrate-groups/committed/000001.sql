--! Previous: -
--! Hash: sha1:4be4

create schema app_public;
create table app_public.members (id serial primary key, name text);
