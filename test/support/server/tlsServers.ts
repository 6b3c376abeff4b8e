import { chownSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { serverAccount } from "../../../tools/embedded/serverAccount.ts";
import { enterableFolder } from "../../../tools/embedded/serverBinaries.ts";
import { type EmbeddedServer, startEmbedded } from "../../../tools/embeddedPostgres.ts";
import {
  type Certificate,
  createAuthority,
  createClientCertificate,
  createServerCertificate,
} from "./certificates.ts";

/** Who is let in how: by the rules below. */
const RULES = `
hostssl   all tls_only    all scram-sha-256
hostnossl all plain_only  all scram-sha-256
hostssl   all certificate all scram-sha-256 clientcert=verify-ca
local     all all             scram-sha-256
host      all either,postgres all scram-sha-256
`;
export const PASSWORD = "on1y-for-tests";

/** Servers with the certificates of hosted services, and the files that a client of theirs has. */
export interface TlsServers {
  /** Its certificate is signed by itself and made out to another name, as Railway's. */
  readonly railway: EmbeddedServer;
  /**
   * Its certificate is signed by an authority of its own and made out to `localhost`, as those of
   * Amazon RDS.
   */
  readonly rds: EmbeddedServer;
  /** Paths of PEM files. */
  readonly files: Readonly<
    Record<"bundle" | "otherRoot" | "railwayItself" | "clientCertificate" | "clientKey", string>
  >;
  stop(): Promise<void>;
}

export async function startTlsServers(): Promise<TlsServers> {
  const folder = mkdtempSync(join(enterableFolder(serverAccount()), "pgindex-tls-"));
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const [authority, other] = [await createAuthority("own"), await createAuthority("another")];
  const self = await createServerCertificate(["postgres.railway.internal"]);
  const client = await createClientCertificate("certificate", authority);
  const files = {
    // As global-bundle.pem: many authorities, one of which has signed.
    bundle: write("bundle.pem", [other.cert, authority.cert].join("\n")),
    otherRoot: write("other.pem", other.cert),
    railwayItself: write("railway.pem", self.cert),
    clientCertificate: write("client.crt", client.cert),
    clientKey: write("client.key", client.private),
  };
  const ca = write("server-ca.pem", authority.cert);
  const start = (name: string, { cert, private: key }: Certificate) => {
    const settings = {
      ssl: "on",
      ssl_cert_file: write(`${name}.crt`, cert),
      ssl_key_file: write(`${name}.key`, key),
      ssl_ca_file: ca,
      hba_file: write(`${name}.hba`, RULES),
      // Reached by a socket too.
      unix_socket_directories: folder,
    };
    own(folder);
    return startEmbedded({ name, settings });
  };
  const rds = await start("rds", await createServerCertificate(["localhost"], authority));
  const railway = await start("railway", self);
  await Promise.all([rds, railway].map(createLogins));
  const stop = async () => {
    await Promise.all([rds.stop(), railway.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
  return { railway, rds, files, stop };
}

/** The server reads its files as its own account. */
function own(folder: string): void {
  const account = serverAccount();
  if (!account) return;
  for (const path of [folder, ...readdirSync(folder).map((name) => join(folder, name))])
    chownSync(path, account.uid, account.gid);
}

async function createLogins(server: EmbeddedServer): Promise<void> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  for (const role of ["tls_only", "plain_only", "certificate", "either"])
    await client.query(`CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD}'`);
  await client.end();
}
