import { type ReadRequest, ReadResponse } from "@pulumi/pulumi/proto/provider_pb";
import {
  PgIndexError,
  UnreachableError,
  UnsuitableServerError,
} from "../../../engine/errors/advice";
import type { Found } from "../../contract";
import { recordedUrn } from "../../dynamic/hiddenInputs";
import type { Front } from "../front";
import { importIndex } from "../importIndex";
import { notImportableAdvice, unreachableText } from "../nativeMessages";
import { isImportable, isReadFirst } from "../packageSchema";
import { pack } from "../values";
import { type Asked, asked } from "./asked";

/** Refresh, import (which knows an ID alone), and what a preview finds beforehand. */
export async function read(front: Front, request: ReadRequest): Promise<ReadResponse> {
  const structs = { olds: request.getProperties(), oldInputs: request.getInputs() };
  const question = asked(front, request, structs);
  const answer = new ReadResponse();
  answer.setRefreshBeforeUpdate(isReadFirst(question.type));
  const found = await find(front, request.getId(), question);
  if (!found) return answer;
  const { oldInputs, olds, secret, call } = question;
  const inputs = { ...(found.inputs ?? oldInputs), ...recordedUrn(call.formerUrn ?? call.urn) };
  // A refresh tells what is there, and nothing of what the program has declared beside it.
  const outputs = { ...olds, ...found.outputs };
  return answer
    .setId(found.id)
    .setInputs(pack(inputs, [...(call.formerSecret ?? []), ...secret]))
    .setProperties(pack(outputs, secret));
}

async function find(
  front: Front,
  id: string,
  { handler, call, olds, type }: Asked,
): Promise<Found | undefined> {
  const isImport = olds.schemaVersion === undefined;
  if (isImport && !isImportable(type)) throw new PgIndexError(notImportableAdvice(type));
  if (isImport) return importIndex(front.runtime, call, id);
  if (front.unreachable) return { id, outputs: olds };
  try {
    return await handler.read(call, id, olds);
  } catch (error) {
    // A preview reads under the connection in the state, whatever the program says by now: refused,
    // it could never be told another one.
    if (!(error instanceof UnreachableError || error instanceof UnsuitableServerError)) throw error;
    front.unreachable = true;
    front.log.write("warning", unreachableText(error), call.urn, false);
    await front.log.flush();
    return { id, outputs: olds };
  }
}
