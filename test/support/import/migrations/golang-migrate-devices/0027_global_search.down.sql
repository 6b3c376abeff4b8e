drop index idx_device_name_trgm;
drop index idx_device_id_trgm;

create index idx_device_name_prefix on device(name varchar_pattern_ops);
