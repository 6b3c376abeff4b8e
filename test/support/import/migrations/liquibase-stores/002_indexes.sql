--liquibase formatted sql

--changeset ada:1
create index if not exists idx_stores_name on public.stores (name);
--rollback drop index if exists idx_stores_name;

--changeset ada:2
create index if not exists idx_stores_true on public.stores (true_store_id);
--rollback drop index if exists idx_stores_true;
