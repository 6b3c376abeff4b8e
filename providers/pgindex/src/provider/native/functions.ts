import {
  CheckFailure,
  type InvokeRequest,
  InvokeResponse,
  type ListRequest,
  ListResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { z } from "zod";
import { observe } from "../../engine/catalog/indexes";
import { identifier, indexSchema } from "../../engine/declare/indexSchema";
import { PgIndexError } from "../../engine/errors/advice";
import { type Parsed, parseWith } from "../../engine/input/parse";
import type { Session } from "../../engine/session/session";
import { withObserver } from "../../engine/session/workspace";
import { DEFAULT_SCHEMA } from "../../import/declaration";
import { readLiveIndexes } from "../../import/live/liveIndexes";
import { buildSummary, readBuilds } from "../../status/runningBuilds";
import type { Front } from "./front";
import { noSuchIndexAdvice, notImportableAdvice, refusedArgumentsAdvice } from "./nativeMessages";
import { isImportable } from "./packageSchema";
import { pack, unpackArguments } from "./values";

interface Function<A extends z.ZodType> {
  readonly args: A;
  /** For the package's schema, in every language. */
  readonly returns: z.ZodType;
  readonly run: (session: Session, args: z.output<A>) => Promise<object>;
}

const defined = <A extends z.ZodType>(it: Function<A>) => it;

const schema = identifier.describe("The schema, as it stands in the catalog.");
const table = identifier.describe("The table, as it stands in the catalog.");
const name = identifier.describe("The index's name, as it stands in the catalog.");
const { columns, unique, nullsNotDistinct, include, predicate, ...others } = indexSchema.shape;
const { accessMethod, storageParameters, tablespace, comment } = others;

const declaration = z
  .object({ schema, table, name, columns, unique, nullsNotDistinct, include, predicate })
  .extend({ accessMethod, storageParameters, tablespace, comment })
  .describe("An index as the arguments of an `Index`: only what differs from the default is set.");

const selection = z.strictObject({ schema: schema.optional(), table: table.optional() });

const skipped = z
  .object({ schema, table, name, reason: z.string().describe("Why it was left out.") })
  .describe("An index that cannot be declared.");

const build = z
  .object({
    index: z.string().optional().describe("`schema.index`, if the role can see it."),
    phase: z.string().optional().describe("As `pg_stat_progress_create_index` has it."),
    seconds: z.number().describe("How long it has run."),
    blockedBy: z.number().describe("How many sessions it is waiting for."),
  })
  .describe("A CREATE INDEX or REINDEX that is running, whoever started it.");

async function standing(session: Session, asked: z.output<typeof selection>) {
  const tables = asked.table === undefined ? [] : [{ schema: asked.schema, name: asked.table }];
  const schemas = asked.schema === undefined ? [] : [asked.schema];
  const { found, skipped } = await readLiveIndexes(session, { schemas, tables });
  const indexes = found.map((each) => ({ ...each, schema: each.schema ?? DEFAULT_SCHEMA }));
  return { indexes, skipped };
}

/** The functions of the package. Each only reads. */
export const FUNCTIONS = {
  "pgindex:index:getIndexes": defined({
    args: selection,
    returns: z
      .object({ indexes: z.array(declaration), skipped: z.array(skipped) })
      .describe(
        "The indexes of the database, of a schema or of a table, as declarations that " +
          "`pulumi up` adopts.",
      ),
    run: standing,
  }),
  "pgindex:index:getIndex": defined({
    args: z.strictObject({ schema: schema.optional(), name }),
    returns: z
      .object({
        schema,
        name,
        table,
        definition: z.string().describe("`pg_get_indexdef` of it."),
        oid: z.number(),
        sizeBytes: z.number().describe("Size on disk in bytes."),
        valid: z.boolean().describe("Queries can use it and writes maintain it."),
      })
      .describe("One index as it stands, whether it is declared or not."),
    async run(session, { schema: of = DEFAULT_SCHEMA, name: named }) {
      const observed = await observe(session, { schema: of, name: named });
      if (observed.kind !== "index")
        throw new PgIndexError(noSuchIndexAdvice(`${of}.${named}`, []));
      const { schema, name, table, definition, oid, sizeBytes, ...state } = observed.index;
      const valid = state.valid && state.ready && state.live;
      return { schema, name, table, definition, oid, sizeBytes, valid };
    },
  }),
  "pgindex:index:getActivity": defined({
    args: z.strictObject({}),
    returns: z
      .object({ builds: z.array(build) })
      .describe("The builds that are running in the database."),
    run: async (session) => ({ builds: (await readBuilds(session)).map(buildSummary) }),
  }),
};

/** Runs a function of the package. */
export async function invoke(front: Front, request: InvokeRequest): Promise<InvokeResponse> {
  const answer = new InvokeResponse();
  const told = await run(front, request.getTok(), request.getArgs());
  if (told.kind === "unknown") return answer;
  if (told.kind === "ok") return answer.setReturn(pack(told.value));
  const failures = told.problems.map(({ path, message, fix }) =>
    new CheckFailure().setProperty(path).setReason(`${message}; ${fix}`),
  );
  return answer.setFailuresList(failures);
}

/** `pulumi do`: what can be imported, as `getIndexes` has it. */
export async function list(front: Front, request: ListRequest): Promise<ListResponse[]> {
  const type = request.getToken();
  if (!isImportable(type)) throw new PgIndexError(notImportableAdvice(type));
  const told = await run(front, "pgindex:index:getIndexes", request.getQuery());
  if (told.kind === "unknown") return [new ListResponse().setComputed(new ListResponse.Computed())];
  if (told.kind === "problems") throw new PgIndexError(refusedArgumentsAdvice(told.problems));
  const { indexes } = told.value as Awaited<ReturnType<typeof standing>>;
  return indexes.slice(0, request.getLimit() || undefined).map(({ schema, name }) => {
    const result = new ListResponse.Result().setId(`${schema}.${name}`).setName(name);
    return new ListResponse().setResult(result);
  });
}

async function run(front: Front, name: string, args: Struct | undefined): Promise<Parsed<object>> {
  const called: Readonly<Record<string, Function<z.ZodType>>> = FUNCTIONS;
  const it = called[name];
  if (!it) throw new Error(`pgindex has no function ${name}`);
  const parsed = parseWith(it.args, unpackArguments(args).values);
  if (parsed.kind !== "ok") return parsed;
  const { runtime, log } = front;
  const options = { purpose: name.split(":").at(-1) ?? "", writable: true };
  const value = await withObserver(runtime.database(), options, (session) =>
    it.run(session, parsed.value),
  );
  await log.flush();
  return { kind: "ok", value };
}
