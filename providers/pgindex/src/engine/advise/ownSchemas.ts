/** SQL: whether the schema `n` is one of the database's own, for people's tables. */
export const IS_OWN_SCHEMA = `(n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
   AND n.nspname !~ '^pg_temp_')`;

/** As {@link IS_OWN_SCHEMA}, and among those of `$1`, unless that is null. */
export const IS_ASKED_SCHEMA = `(${IS_OWN_SCHEMA}
   AND ($1::name[] IS NULL OR n.nspname = ANY ($1::name[])))`;
