-- include relative
\ir messages.sql;
