import type { ParameterChange } from "../support/engine/parameterChange.ts";
import type { AdviceCase } from "./adviceCases.ts";

export const L2 = { column: "e", operatorClass: "vector_l2_ops" };

/** A number of two bytes in an index's metapage. */
const metapage = (at: number) =>
  `SELECT get_byte(p, ${at}) + 256 * get_byte(p, ${at + 1}) AS is FROM get_raw_page('i', 0) p`;
// HnswMetaPageData and IvfflatMetaPageData, behind a page's header of 24 bytes.
const M = metapage(36);
const EF_CONSTRUCTION = metapage(38);
const LISTS = metapage(34);

/** Of storage parameters. */
export const CHANGES: readonly ParameterChange[] = [
  { method: "hnsw", column: L2, after: { m: 8 }, built: "m", disk: [M, 16, 8] },
  {
    method: "hnsw",
    column: L2,
    before: { m: 8, ef_construction: 32 },
    after: { m: 8 },
    built: "ef_construction",
    disk: [EF_CONSTRUCTION, 32, 64],
  },
  { method: "hnsw", column: L2, after: { m: 16 }, disk: [M, 16, 16] },
  { method: "ivfflat", column: L2, after: { lists: 20 }, built: "lists", disk: [LISTS, 100, 20] },
  // Methods that we know nothing of.
  {
    method: "diskann",
    column: { column: "e", operatorClass: "vector_cosine_ops" },
    before: { num_neighbors: 10 },
    after: { num_neighbors: 12 },
    built: "num_neighbors",
  },
  {
    method: "bm25",
    column: "body",
    before: { text_config: "english" },
    after: { text_config: "simple", k1: 1.5 },
    built: "text_config, k1",
  },
];

const on = (accessMethod: string, ...columns: (object | string)[]) => ({ accessMethod, columns });
const hnsw = (...columns: (object | string)[]) => on("hnsw", ...columns);
const l2 = (column: string) => ({ column, operatorClass: "vector_l2_ops" });

/** Declarations on the table `wide` that the extensions refuse. */
export const REFUSED: readonly AdviceCase[] = [
  [
    "more dimensions than hnsw takes of vector",
    hnsw(l2("e")),
    /cannot have more than 2000 dimensions for hnsw.*e is of type vector\(3000\)/s,
    /write \{ expression: "e::halfvec\(3000\)", operatorClass: "halfvec_l2_ops" \}.*ORDER BY that expression/s,
  ],
  [
    "the same for another distance",
    hnsw({ column: "e", operatorClass: "vector_cosine_ops" }),
    /2000 dimensions/,
    /operatorClass: "halfvec_cosine_ops"/,
  ],
  ["the same for ivfflat", on("ivfflat", l2("e")), /for ivfflat/, /halfvec\(3000\)/],
  [
    "more dimensions than halfvec takes",
    hnsw({ column: "h", operatorClass: "halfvec_l2_ops" }),
    /4000 dimensions.*halfvec\(5000\)/s,
    /\{ expression: "binary_quantize\(h\)::bit\(5000\)", operatorClass: "bit_hamming_ops" \}/,
  ],
  [
    "more dimensions of an expression",
    hnsw({ expression: "(e::vector(2500))", operatorClass: "vector_l2_ops" }),
    /2000 dimensions/,
    /expression: "\(\(e::vector\(2500\)\)\)::halfvec\(2500\)"/,
  ],
  [
    "more bits than hnsw takes",
    hnsw({ column: "b", operatorClass: "bit_hamming_ops" }),
    /64000 dimensions.*bit\(70000\)/s,
    /fewer dimensions/,
  ],
  [
    "a column without dimensions",
    hnsw(l2("u")),
    /does not have dimensions.*u is of type vector/s,
    /\{ expression: "u::vector\(768\)", operatorClass: "vector_l2_ops" \}.*ALTER TABLE "public"\."wide" ALTER COLUMN "u" TYPE vector\(768\)/s,
  ],
  [
    "ef_construction below 2 * m",
    {
      ...hnsw({ expression: "(e::halfvec(9))", operatorClass: "halfvec_l2_ops" }),
      storageParameters: { m: 40 },
    },
    /2 \* m/,
    /storageParameters: \{ m: 40, ef_construction: 80 \}/,
  ],
  [
    "m above its limit",
    { ...hnsw(l2("e")), storageParameters: { m: 400 } },
    /Valid values are between "2" and "100"/,
    /value/,
  ],
  [
    "a parameter of ivfflat for hnsw",
    { ...hnsw(l2("e")), storageParameters: { lists: 4 } },
    /lists is a parameter of ivfflat/,
    /remove it/,
  ],
  [
    "no operator class",
    hnsw("e"),
    /e is of type vector/,
    /write \{ column: "e", operatorClass: "vector_\w+_ops" \}.*hnsw also has .*vector_/,
  ],
  [
    "an operator class of another type",
    hnsw({ column: "e", operatorClass: "bit_hamming_ops" }),
    /e is of type vector/,
    /operatorClass: "vector_/,
  ],
  [
    "an operator class that is nearly right",
    hnsw({ column: "e", operatorClass: "vector_cos_ops" }),
    /no operatorClass/,
    /did you mean "vector_cosine_ops"/,
  ],
  [
    "an operator class of hnsw alone",
    on("ivfflat", { column: "s", operatorClass: "sparsevec_l2_ops" }),
    /of hnsw/,
    /accessMethod: "hnsw"/,
  ],
  ["no vector", hnsw("t"), /t is of type text/, /accessMethod: .*"btree"/],
  ["a unique index", { ...hnsw(l2("e")), unique: true }, /unique indexes/, /leave out unique/],
  ["two columns", hnsw(l2("e"), l2("u")), /multicolumn/, /leave out all columns but one/],
  [
    "diskann, of no dimensions",
    on("diskann", { column: "u", operatorClass: "vector_cosine_ops" }),
    /Too many dimensions/,
    /vector\(768\)/,
  ],
  [
    "bm25 without its configuration",
    on("bm25", "t"),
    /text_config.*HINT.*text_config='english'/s,
    /storageParameters: \{ text_config: "english" \}/,
  ],
];
