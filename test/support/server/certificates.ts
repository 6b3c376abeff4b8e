import { type GenerateResult, generate } from "selfsigned";

/** A certificate with its private key, both PEM. */
export type Certificate = Pick<GenerateResult, "cert" | "private">;

const EC = { keyType: "ec", algorithm: "sha256" } as const;

/** Signs others. */
export function createAuthority(name: string): Promise<Certificate> {
  return generate([{ name: "commonName", value: name }], {
    ...EC,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
}

/**
 * A server's certificate, made out to these names and addresses. Signed by itself without an
 * authority.
 */
export function createServerCertificate(
  names: readonly string[],
  authority?: Certificate,
): Promise<Certificate> {
  const altNames = names.map((name) =>
    /^[\d.]+$|:/.test(name) ? { type: 7 as const, ip: name } : { type: 2 as const, value: name },
  );
  return generate([{ name: "commonName", value: names[0] ?? "" }], {
    ...EC,
    ca: authority && { cert: authority.cert, key: authority.private },
    extensions: [
      { name: "basicConstraints", cA: authority === undefined },
      { name: "subjectAltName", altNames },
    ],
  });
}

/** A client's certificate, of that role. */
export function createClientCertificate(
  role: string,
  authority: Certificate,
): Promise<Certificate> {
  return generate([{ name: "commonName", value: role }], {
    ...EC,
    ca: { cert: authority.cert, key: authority.private },
    extensions: [{ name: "extKeyUsage", clientAuth: true }],
  });
}
