create table device (
    dev_id bytea primary key,
    name varchar(100) not null,
    created_at timestamp with time zone not null
);

create index idx_device_created_at on device(created_at);
create index idx_device_name on device(name);
