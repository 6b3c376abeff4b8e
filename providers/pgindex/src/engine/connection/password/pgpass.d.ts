declare module "pgpass" {
  interface Login {
    readonly host: string;
    readonly port: number;
    readonly database: string;
    readonly user: string;
  }
  /** Passes on the password of the first matching line, or undefined if there is none. */
  function pgpass(login: Login, done: (password: string | undefined) => void): void;
  export = pgpass;
}
