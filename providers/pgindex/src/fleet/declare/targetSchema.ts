import { z } from "zod";
import { issueMessage } from "../../engine/input/parse";

const NAME = /^[\w.-]{1,100}$/;

/** What Pulumi takes as the name of a stack, which a target's name can be. */
export const name = z
  .string()
  .regex(
    NAME,
    issueMessage(
      "is not a name of letters, digits, dots, hyphens and underscores",
      'write at most 100 of them, such as "tenant-0042"',
    ),
  );

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/**
 * One database of a fleet. Its URL, or the environment variable that has it: a password can also come
 * from `PGPASSWORD`, the connection service or the password file, as with psql.
 *
 * @internal
 */
export const targetSchema = z
  .strictObject({
    name,
    url: z.string().min(1).optional(),
    urlEnv: z
      .string()
      .regex(/^\w+$/, issueMessage("is not the name of a variable", 'write one, such as "EU_URL"'))
      .optional(),
    server: z.string().min(1).optional(),
    schema: z.string().min(1).max(63).optional(),
    labels: z.record(z.string(), text).default({}),
    config: z.record(z.string(), text).default({}),
  })
  .refine(
    ({ url, urlEnv }) => (url === undefined) !== (urlEnv === undefined),
    issueMessage(
      "has no URL, or two of them",
      "write url, or urlEnv with the name of the environment variable that has it",
    ),
  );

/** @internal */
export type Target = z.output<typeof targetSchema>;
