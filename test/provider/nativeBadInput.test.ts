// What a program, a user or a machine can get wrong with the native provider: one diagnostic each, on
// the property concerned, and nothing changed.
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import { expect, test } from "vitest";
import { indexesOf, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { NativeResource, type OpenedNative, openNative, packed } from "./nativeResource.ts";
import { refusalOf } from "./resource.ts";

const database = useDatabase(
  "CREATE TABLE t (a int PRIMARY KEY, b int); CREATE INDEX there_idx ON t (b)",
  "CREATE INDEX odd_idx ON t (a) WHERE (b = 1)",
);
let opened: Promise<OpenedNative> | undefined;
const open = () => {
  opened ??= openNative({ DATABASE_URL: database().url });
  return opened;
};
const index = () => new NativeResource(open, () => ({}), "it");
const args = { table: "t", name: "bad_idx", columns: ["a"] };

interface Case {
  readonly title: string;
  readonly refused: () => Promise<unknown>;
  readonly told: RegExp;
}

const refusedArgs = (title: string, more: object, told: RegExp): Case => ({
  title,
  refused: () => index().preview({ ...args, ...more }),
  told,
});
const refusedImport = (title: string, id: string, told: RegExp): Case => ({
  title,
  refused: () => index().import(id),
  told,
});

/** A resource of the state that a later release has written. */
function ofNewerRelease(): NativeResource {
  const it = index();
  const outputs = { ...args, schema: "public", schemaVersion: 2, canonical: {} };
  it.state = { id: "public.there_idx", inputs: args, outputs };
  return it;
}

const NEWER = /newer release of pulumi-pgindex has written this state \(layout 2\)/;

const CASES: readonly Case[] = [
  refusedArgs("a misspelt property", { colums: ["a"] }, /^colums: .*did you mean "columns"/),
  refusedArgs("an unknown property", { shape: "round" }, /^shape: /),
  refusedArgs("a wrong type", { unique: "yes" }, /^unique: /),
  refusedArgs("a wrong type within", { columns: [{ column: 7 }] }, /columns\[0\]\.column/),
  refusedArgs("a word that is none of them", { waiters: "kick" }, /^waiters: /),
  refusedArgs("a time without a unit", { buildWithin: "soon" }, /^buildWithin: /),
  refusedImport("an ID that names nothing", "public.thre_idx", /did you mean "public\.there_idx"/),
  refusedImport("an index of a constraint", "public.t_pkey", /backs the constraint/),
  {
    title: "a state of a newer release: preview",
    refused: () => ofNewerRelease().preview(args),
    told: NEWER,
  },
  {
    title: "a state of a newer release: up",
    refused: () => ofNewerRelease().up(args),
    told: NEWER,
  },
  {
    title: "a state of a newer release: refresh",
    refused: () => ofNewerRelease().refresh(),
    told: NEWER,
  },
  {
    title: "a state of a newer release: destroy",
    refused: () => ofNewerRelease().destroy(),
    told: NEWER,
  },
];

test.each(CASES)("$title", async ({ refused, told }) => {
  const before = await indexesOf(database());
  const refusal = await refusalOf(refused());
  expect(refusal).toMatch(told);
  expect(refusal.match(/\n(?=\w+: )/g) ?? []).toEqual([]);
  expect(await indexesOf(database())).toEqual(before);
});

test("a type that there is not, and an import of what cannot be", async () => {
  const strange = new NativeResource(open, () => ({}), "it", "Indx");
  expect(await refusalOf(strange.preview(args))).toContain(
    "no resource of the type pgindex:index:Indx",
  );
  const gate = new NativeResource(open, () => ({}), "it", "PromotionGate");
  expect(await refusalOf(gate.import("gate"))).toContain(
    "cannot import a pgindex:index:PromotionGate",
  );
});

test("a CLI that does not read before a preview is told so, and serves all the same", async () => {
  const { process, lines } = await open();
  const configure = async (supportsRefreshBeforeUpdate: boolean) => {
    const handshake = new provider.ProviderHandshakeRequest();
    handshake.setSupportsRefreshBeforeUpdate(supportsRefreshBeforeUpdate);
    await process.call((client, done) => client.handshake(handshake, done));
    const before = lines.length;
    const request = new provider.ConfigureRequest().setArgs(packed({}));
    await process.call((client, done) => client.configure(request, done));
    return lines.slice(before).map(({ message }) => message);
  };
  expect(await configure(true)).toEqual([]);
  expect(await configure(false)).toEqual([expect.stringContaining("run pulumi refresh")]);
});

test("List names what can be imported, as pulumi do asks", async () => {
  const { process } = await open();
  const listed = (token: string, query: object, limit = 0) =>
    new Promise<string[]>((resolve, reject) => {
      const request = new provider.ListRequest().setToken(token).setQuery(packed(query));
      const found: string[] = [];
      process
        .stream((client) => client.list(request.setLimit(limit)))
        .on("data", (each: provider.ListResponse) => found.push(each.getResult()?.getId() ?? ""))
        .on("error", reject)
        .on("end", () => resolve(found));
    });
  const type = "pgindex:index:Index";
  expect(await listed(type, { table: "t" })).toEqual(["public.odd_idx", "public.there_idx"]);
  expect(await listed(type, {}, 1)).toHaveLength(1);
  await expect(listed(type, { tabel: "t" })).rejects.toThrow(/tabel.*did you mean "table"/s);
  await expect(listed("pgindex:index:Backup", {})).rejects.toThrow(/cannot import/);
});
