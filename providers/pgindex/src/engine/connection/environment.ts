/**
 * Connection parameters by libpq keyword, as the user wrote them: `host`, `port`, `dbname`, `user`,
 * `password`, `sslmode` and so on.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 */
export type Parameters = Readonly<Record<string, string | undefined>>;

/** The environment variables that libpq reads, and their keywords. */
const VARIABLES: Readonly<Record<string, string>> = {
  PGHOST: "host",
  PGHOSTADDR: "hostaddr",
  PGPORT: "port",
  PGDATABASE: "dbname",
  PGUSER: "user",
  PGPASSWORD: "password",
  PGSERVICE: "service",
  PGOPTIONS: "options",
  PGCONNECT_TIMEOUT: "connect_timeout",
  PGTARGETSESSIONATTRS: "target_session_attrs",
  PGSSLMODE: "sslmode",
  PGSSLNEGOTIATION: "sslnegotiation",
  PGSSLROOTCERT: "sslrootcert",
  PGSSLCERT: "sslcert",
  PGSSLKEY: "sslkey",
  PGCHANNELBINDING: "channel_binding",
};

export function readEnvironment(env: NodeJS.ProcessEnv): Parameters {
  const set = Object.entries(VARIABLES).filter(([variable]) => env[variable]);
  return Object.fromEntries(set.map(([variable, keyword]) => [keyword, env[variable]]));
}

/**
 * The variables that make a libpq program connect with these parameters. A child's environment is
 * private; its arguments are visible to every user.
 */
export function environmentOf(parameters: Parameters): Readonly<Record<string, string>> {
  const set = Object.entries(VARIABLES).flatMap(([variable, keyword]) => {
    const value = parameters[keyword];
    // The service file has been read already: its parameters are included.
    return value === undefined || keyword === "service" ? [] : [[variable, value]];
  });
  return Object.fromEntries(set);
}

/** Whether anything says which database it is: a URL without a host means the local server. */
export function namesDatabase({ host, hostaddr, port, service, dbname }: Parameters): boolean {
  return [host, hostaddr, port, service, dbname].some((value) => value !== undefined);
}
