--liquibase formatted sql

--changeset bob:0 dbms:postgresql
CREATE TABLE pupils (id bigint PRIMARY KEY, name varchar(255), colour varchar(255));

--changeset bob:1
--preconditions onFail:MARK_RAN
--precondition-sql-check expectedResult:0 select count(*)from pg_indexes i where i.indexname ='idx_pupils_name'
--rollback DROP INDEX IDX_pupils_name
CREATE INDEX IDX_pupils_name ON pupils(name);

--liquibase formatted sql

--changeset bob:2 runInTransaction:false
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_pupils_colour ON pupils (colour, id DESC);

--changeset bob:3 dbms:h2
CREATE INDEX idx_pupils_h2 ON pupils (id);
