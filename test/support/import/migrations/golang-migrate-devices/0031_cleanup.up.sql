drop index idx_device_created_at;
