// A process that builds indexes, as a second `pulumi up` would beside the first: node --import
// engineSources.ts <this file> <url> <declarations as JSON> <overrides of the target as JSON>
import { ensureIndex } from "../../../providers/pgindex/src/engine/build/ensure.ts";
import { type Args, declare, record, targetOf } from "./engine.ts";

const [url = "", declarations = "[]", overrides = "{}"] = process.argv.slice(2);
const target = targetOf(url, JSON.parse(overrides));

const built = await Promise.all(
  (JSON.parse(declarations) as Args[]).map(async (args) => {
    const { live, adopted } = await ensureIndex({
      database: target,
      desired: await declare(args),
      ctx: record().ctx,
    });
    return { name: live.name, oid: live.oid, valid: live.valid, adopted };
  }),
);
process.stdout.write(JSON.stringify(built));
