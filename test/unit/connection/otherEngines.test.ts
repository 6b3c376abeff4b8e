import { expect, test } from "vitest";
import { otherEngineAdvice } from "../../../providers/pgindex/src/engine/session/sessionMessages.ts";

test.each([
  {
    engine: "YugabyteDB",
    version:
      "PostgreSQL 15.12-YB-2025.1.0.1-b0 on x86_64-pc-linux-gnu, compiled by clang version 17.0.6, 64-bit",
  },
  {
    engine: "YugabyteDB",
    version: "PostgreSQL 11.2-YB-2.20.1.0-b0 on aarch64-unknown-linux-gnu, compiled by clang",
  },
  {
    engine: "CockroachDB",
    version: "CockroachDB CCL v24.3.1 (x86_64-pc-linux-gnu, built 2024/12/05 00:00:00, go1.22.8)",
  },
  {
    engine: "Greenplum",
    version:
      "PostgreSQL 12.12 (Greenplum Database 7.1.0 build commit:e7c2b1f) on x86_64-pc-linux-gnu",
  },
  {
    engine: "Apache Cloudberry",
    version:
      "PostgreSQL 14.4 (Apache Cloudberry 2.0.0-incubating build dev) on x86_64-pc-linux-gnu",
  },
])("$engine is refused by its version()", ({ engine, version }) => {
  expect(otherEngineAdvice(version)?.what).toBe(`refused: the server is ${engine}, not PostgreSQL`);
});

test.each([
  "PostgreSQL 18.0 (Debian 18.0-1.pgdg12+1) on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0)",
  "PostgreSQL 15.4 on x86_64-pc-linux-gnu, compiled by x86_64-pc-linux-gnu-gcc (GCC) 9.5.0, 64-bit",
  "PostgreSQL 17.5 (6bc9ef8) on aarch64-unknown-linux-gnu, compiled by gcc (Debian 12.2.0-14)",
])("%s is PostgreSQL", (version) => {
  expect(otherEngineAdvice(version)).toBeUndefined();
});
