create index idx_device_created_at on device(created_at);
