/** The way round whatever cannot be read or followed. */
export const FROM_DATABASE = "read it from a database that has it: pgindex import";
