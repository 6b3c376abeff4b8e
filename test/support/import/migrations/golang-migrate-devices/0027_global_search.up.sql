create extension if not exists pg_trgm;

drop index idx_device_name_prefix;

create index idx_device_id_trgm on device using gin (encode(dev_id, 'hex') gin_trgm_ops);
create index idx_device_name_trgm on device using gin (name gin_trgm_ops);