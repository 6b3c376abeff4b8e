--liquibase formatted sql

--changeset ada:1
create table if not exists public.stores (id int primary key, name text, true_store_id int);
--rollback drop table public.stores;
