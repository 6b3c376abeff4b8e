import * as pulumi from "@pulumi/pulumi";
import { Index } from "pulumi-pgindex";

// A stack for each pull request (pr-17), whose DATABASE_URL is a database of its own: a branch of
// Neon, a preview environment of Railway, a container. It is destroyed with the pull request.
const isPullRequest = /^pr-\d+$/.test(pulumi.getStack());

const bySender = new Index("messages-by-sender", {
  table: "messages",
  name: "messages_sender_idx",
  columns: ["sender_id"],
  // Nobody writes to a copy: build it now, or say at once why not.
  waitFor: isPullRequest ? "10s" : "1h",
});

export const { definition, valid } = bySender;
