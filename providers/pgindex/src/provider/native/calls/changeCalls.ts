import { isDeepStrictEqual } from "node:util";
import {
  type CreateRequest,
  CreateResponse,
  type DeleteRequest,
  type UpdateRequest,
  UpdateResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import { UNKNOWN } from "../../../engine/input/unknownValues";
import type { Call } from "../../contract";
import { secretIn } from "../failures";
import type { Front } from "../front";
import { isReadFirst, outputsOf } from "../packageSchema";
import { pack } from "../values";
import { type Asked, asked } from "./asked";
import { isOnlyMoved } from "./lookCalls";

export async function create(front: Front, request: CreateRequest): Promise<CreateResponse> {
  const question = asked(front, request, { news: request.getProperties() });
  const { handler, call, news, secret } = question;
  const answer = new CreateResponse();
  answer.setRefreshBeforeUpdate(isReadFirst(question.type));
  if (request.getPreview()) {
    await show(question);
    return answer.setProperties(pack(foretold(question), secret));
  }
  const { id, outputs } = await secretIn(question, () => handler.create(call, news));
  return answer.setId(id).setProperties(pack({ ...news, ...outputs }, secret));
}

export async function update(front: Front, request: UpdateRequest): Promise<UpdateResponse> {
  const [olds, oldInputs] = [request.getOlds(), request.getOldInputs()];
  const question = asked(front, request, { olds, oldInputs, news: request.getNews() });
  const { handler, call, news, secret } = question;
  const answer = new UpdateResponse();
  answer.setRefreshBeforeUpdate(isReadFirst(question.type));
  if (await isOnlyMoved(question, request.getIgnorechangesList()))
    return answer.setProperties(pack({ ...news, ...question.olds }, secret));
  if (request.getPreview()) {
    await show(question);
    return answer.setProperties(pack(foretold(question), secret));
  }
  const outputs = await secretIn(question, () => handler.update(call, question.olds, news));
  return answer.setProperties(pack({ ...news, ...outputs }, secret));
}

export async function remove(front: Front, request: DeleteRequest): Promise<void> {
  const structs = { olds: request.getProperties(), oldInputs: request.getOldInputs() };
  const { handler, call, olds } = asked(front, request, structs);
  await handler.delete(call, olds);
}

/**
 * Shows in the resource's row what will run. Only here is it known that this is a preview: check
 * and diff are not told.
 */
async function show({ handler, call, olds, oldInputs, news }: Asked): Promise<void> {
  const { ownerId = null } = olds as Pick<Call, "ownerId">;
  const failures = (await handler.show?.({ ...call, ownerId }, oldInputs, news)) ?? [];
  const reasons = failures.map(({ path, reason }) => `${path} ${reason}`.trim());
  if (reasons.length > 0) throw new Error(reasons.join("\n"));
}

/** The outputs, as far as a preview knows them: those of an index that stays as it is. */
function foretold({ type, olds, news }: Asked): object {
  const stays = olds.statement !== undefined && isDeepStrictEqual(olds.statement, news.statement);
  const known = stays ? { ...olds, ...news } : news;
  const unknown = outputsOf(type).map((name) => [name, UNKNOWN]);
  return { ...Object.fromEntries(unknown), ...known };
}
