import { createRequire } from "node:module";
import type * as Grpc from "@grpc/grpc-js";
import type * as AnyMessage from "google-protobuf/google/protobuf/any_pb";
import type * as EmptyMessage from "google-protobuf/google/protobuf/empty_pb";
import type * as StructMessage from "google-protobuf/google/protobuf/struct_pb";

/**
 * Loads the SDK's own modules: the very copies that the SDK uses in this process. They are not
 * dependencies of this package, so a package manager may place them out of its reach.
 */
const requireOfSdk = createRequire(require.resolve("@pulumi/pulumi"));

export const grpc = requireOfSdk("@grpc/grpc-js") as typeof Grpc;
export const { Any } = requireOfSdk("google-protobuf/google/protobuf/any_pb") as typeof AnyMessage;
export const { Empty } = requireOfSdk(
  "google-protobuf/google/protobuf/empty_pb",
) as typeof EmptyMessage;
export const { Struct } = requireOfSdk(
  "google-protobuf/google/protobuf/struct_pb",
) as typeof StructMessage;
