import { createRequire } from "node:module";
import type * as Grpc from "@grpc/grpc-js";
import type * as EmptyMessage from "google-protobuf/google/protobuf/empty_pb";

/**
 * Modules of the SDK's own: no dependencies of this package, which a package manager may put out of
 * its reach, and the very copies that the SDK has loaded in this process.
 */
const requireOfSdk = createRequire(require.resolve("@pulumi/pulumi"));

export const grpc = requireOfSdk("@grpc/grpc-js") as typeof Grpc;
export const { Empty } = requireOfSdk(
  "google-protobuf/google/protobuf/empty_pb",
) as typeof EmptyMessage;
