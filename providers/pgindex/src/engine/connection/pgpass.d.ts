declare module "pgpass" {
  interface Login {
    readonly host: string;
    readonly port: number;
    readonly database: string;
    readonly user: string;
  }
  /** Gives the password of the first line that fits, undefined when there is none. */
  function pgpass(login: Login, done: (password: string | undefined) => void): void;
  export = pgpass;
}
