create index idx_device_name_prefix on device(name varchar_pattern_ops);
