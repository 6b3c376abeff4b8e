// `pulumi import`, and a preview of the program that it prints, by the native provider's own calls.
import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { expect } from "vitest";
import type { DesiredIndex } from "../../providers/pgindex/src/engine/declare/desiredIndex.ts";
import { check, diff } from "../../providers/pgindex/src/provider/native/calls/lookCalls.ts";
import { read } from "../../providers/pgindex/src/provider/native/calls/readCall.ts";
import { createFront, type Front } from "../../providers/pgindex/src/provider/native/front.ts";
import type { Corpus } from "./observe.ts";

const URN = "urn:pulumi:dev::tests::pgindex:index:Index::it";

/** An index that stands, whoever has built it, is imported as it is: its preview is empty. */
export async function proveImported(
  { db }: Pick<Corpus, "db">,
  { schema, name }: Pick<DesiredIndex, "schema" | "name">,
): Promise<void> {
  const front = silentFront(db.url);
  const id = `${schema}.${name}`;
  const imported = await read(front, new rpc.ReadRequest().setUrn(URN).setId(id));
  expect(imported.getId()).toBe(id);
  // What is no argument is not printed.
  const { __urn, statement, ...printed } = imported.getInputs()?.toJavaScript() ?? {};
  const news = struct.Struct.fromJavaScript(printed);
  const asked = new rpc.CheckRequest().setUrn(URN).setOlds(imported.getInputs()).setNews(news);
  const checked = await check(front, asked);
  expect(checked.getFailuresList().map((each) => each.getReason())).toEqual([]);
  const question = new rpc.DiffRequest().setUrn(URN).setId(id).setNews(checked.getInputs());
  question.setOlds(imported.getProperties()).setOldInputs(imported.getInputs());
  const answer = await diff(front, question);
  expect(answer.getDetaileddiffMap().getLength(), JSON.stringify(printed)).toBe(0);
  expect(answer.getChanges()).toBe(rpc.DiffResponse.DiffChanges.DIFF_NONE);
}

function silentFront(url: string): Front {
  const nothing = () => undefined;
  const front = createFront(undefined, {
    write: nothing,
    conceal: nothing,
    flush: async () => undefined,
  });
  front.runtime.configure((key) => (key === "pgindex:url" ? url : undefined));
  return front;
}
