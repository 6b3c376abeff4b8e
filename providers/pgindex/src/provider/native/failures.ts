import type { ServiceError } from "@grpc/grpc-js";
import { CheckFailure, ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { errorText } from "../../engine/errors/advice";
import { type CheckFailure as Failure, UnfinishedError } from "../contract";
import { Any, grpc } from "../sdkModules";
import type { Asked } from "./calls/asked";
import { rootOf } from "./calls/detailedDiff";
import { pack } from "./values";

/**
 * A refused input. Pulumi prints the value of the property that a failure names, so it names none
 * that is secret; of what is within one it would print `<nil>`.
 */
export function toCheckFailure({ path, reason }: Failure, secret: readonly string[]): CheckFailure {
  const isWithin = path !== rootOf(path);
  const isSecret = secret.some((each) => each.split(".")[0] === rootOf(path));
  if (isWithin || isSecret) return new CheckFailure().setReason(`${path} ${reason}`);
  return new CheckFailure().setProperty(path).setReason(reason);
}

/** Packs what was made all the same with the secrets of its resource. */
export async function secretIn<T>({ news, secret }: Asked, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UnfinishedError)) throw error;
    const { id, outputs } = error.made;
    throw new PackedError(error, id, pack({ ...news, ...outputs }, secret));
  }
}

/** The resource exists, and this is what there is of it. */
class PackedError extends Error {
  readonly id: string;
  readonly properties: Struct;
  readonly reasons: readonly string[];

  constructor({ message, reasons }: UnfinishedError, id: string, properties: Struct) {
    super(message);
    this.id = id;
    this.properties = properties;
    this.reasons = reasons;
  }
}

/** What a call that failed answers. */
export function toServiceError(error: unknown): Partial<ServiceError> {
  const code = grpc.status.UNKNOWN;
  const details = errorText(error);
  const metadata = new grpc.Metadata();
  if (error instanceof PackedError) {
    const failed = new ErrorResourceInitFailed();
    failed
      .setId(error.id)
      .setProperties(error.properties)
      .setReasonsList([...error.reasons]);
    const any = new Any();
    any.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new Status();
    status.setCode(code);
    status.setMessage(details);
    status.addDetails(any);
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  }
  return { code, details, metadata };
}
