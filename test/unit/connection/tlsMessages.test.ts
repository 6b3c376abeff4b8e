import { describe, expect, test } from "vitest";
import {
  certificateFileAdvice,
  tlsCause,
} from "../../../providers/pgindex/src/engine/connection/tlsMessages.ts";

describe("what a failure of the encryption means", () => {
  test.each<[code: string | undefined, message: string, why: RegExp, fix: RegExp]>([
    [
      "SELF_SIGNED_CERT_IN_CHAIN",
      "self-signed",
      /not signed by a trusted authority/,
      /^set sslrootcert to/,
    ],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "Host: db.", /another name \(Host: db\.\)/, /by a name that/],
    ["CERT_HAS_EXPIRED", "certificate has expired", /not valid: .*expired/, /renew .*clock/],
    ["CERT_NOT_YET_VALID", "not yet valid", /not valid: not yet valid/, /renew .*clock/],
    [undefined, "The server does not support SSL connections", /offers no TLS/, /ssl = on/],
    ["EPROTO", "alert handshake failure", /handshake failed \(alert/, /ssl_min_protocol_version/],
    ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "alert", /handshake failed/, /sslkey and sslrootcert/],
    ["ERR_OSSL_PEM_NO_START_LINE", "no start line", /handshake failed/, /check sslcert/],
  ])("%s %s", (code, message, why, fix) => {
    const cause = tlsCause(Object.assign(new Error(message), { code }));
    expect(cause?.why).toMatch(why);
    expect(cause?.fix).toMatch(fix);
  });

  test.each(["28P01", "ECONNREFUSED", undefined])("nothing for another failure: %s", (code) => {
    expect(tlsCause(Object.assign(new Error("no"), { code }))).toBeUndefined();
  });
});

describe("a certificate's file that cannot be used", () => {
  test("is not there", () => {
    const file = { keyword: "sslrootcert", path: "/no/root.crt", code: "ENOENT" };
    expect(certificateFileAdvice(file)).toMatchObject({
      why: "there is no file /no/root.crt",
      fix: expect.stringMatching(/^set sslrootcert to a readable file/),
      otherwise: expect.stringMatching(/^sslmode=require/),
    });
  });

  test("may not be read: for a certificate of the client's sslmode=require is no way round", () => {
    const file = { keyword: "sslkey", path: "/root/client.key", code: "EACCES" };
    expect(certificateFileAdvice(file)).toMatchObject({
      why: "/root/client.key cannot be read (EACCES)",
      fix: expect.stringMatching(/^set sslkey to a readable file/),
      otherwise: undefined,
    });
  });

  test("is not named", () => {
    expect(certificateFileAdvice({ keyword: "sslkey" })).toMatchObject({
      fix: "set sslkey to the file",
      otherwise: undefined,
    });
    expect(certificateFileAdvice()).toMatchObject({
      fix: "set sslrootcert to the file",
      otherwise: expect.stringMatching(/^sslmode=require/),
    });
  });
});
