import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { type Call, type Handler, secretOutputs } from "../../contract";
import { unhidden } from "../../dynamic/hiddenInputs";
import { type Front, typeOf } from "../front";
import { unpack, unpackArguments } from "../values";

/** What the engine asks about a resource, as its handler takes it. */
export interface Asked {
  readonly handler: Handler;
  readonly call: Call;
  readonly type: string;
  /** The outputs in the state. */
  readonly olds: Properties;
  readonly oldInputs: Properties;
  readonly news: Properties;
  /** The state is the dynamic provider's, which keeps itself in there. */
  readonly isMoved: boolean;
  /** Where the answer has secrets: as the program's arguments, and what repeats them. */
  readonly secret: readonly string[];
}

type Properties = Readonly<Record<string, unknown>>;

interface Request {
  getUrn(): string;
  getTimeout?(): number;
}

/** The structs of a request: which there are depends on the call. */
interface Structs {
  readonly olds?: Struct;
  readonly oldInputs?: Struct;
  /** What the program says; then, as a check has answered it. */
  readonly declared?: Struct;
  readonly news?: Struct;
}

export function asked(front: Front, request: Request, structs: Structs): Asked {
  const urn = request.getUrn();
  const handler = front.handlerOf(urn);
  const [olds, oldInputs, news] = [
    unpack(structs.olds),
    unpack(structs.oldInputs),
    structs.declared ? unpackArguments(structs.declared, handler.given) : unpack(structs.news),
  ];
  const secret = (structs.declared ?? structs.news) ? news.secret : olds.secret;
  const [recorded, declared] = [unhidden(olds.values), unhidden(oldInputs.values)];
  const formerUrn = declared.urn ?? recorded.urn;
  const withinSeconds = Math.ceil(request.getTimeout?.() ?? 0);
  return {
    handler,
    type: typeOf(urn),
    call: {
      urn,
      ...(formerUrn && { formerUrn }),
      ...(withinSeconds > 0 && { withinSeconds }),
      ...(news.secret.length > 0 && { secret: news.secret }),
      formerSecret: [...new Set([...olds.secret, ...oldInputs.secret])],
      concealed: olds.secret,
    },
    olds: recorded.own,
    oldInputs: declared.own,
    news: unhidden(news.values).own,
    isMoved: recorded.isDynamic,
    secret: secretOutputs(handler, secret),
  };
}
