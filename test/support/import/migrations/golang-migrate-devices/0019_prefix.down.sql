drop index idx_device_name_prefix;
