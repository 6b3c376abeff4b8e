import type { Session } from "../../session/session";

/** What the extension of a name has to be called in CREATE EXTENSION, by patterns of names. */
type Owners = readonly (readonly [name: RegExp, ...extensions: string[]])[];

const OPERATOR_CLASSES: Owners = [
  [/^gi[ns]t?_trgm_ops$/, "pg_trgm"],
  [/^gin_bigm_ops$/, "pg_bigm"],
  [/^(sparse|half)?vec(tor)?_(l1|l2|ip|cosine)_ops$|^bit_(hamming|jaccard)_ops$/, "vector"],
  [/^gi[ns]t?_hstore_ops$/, "hstore"],
  [/^gi[ns]t?__int(big)?_ops$/, "intarray"],
  [/^gist__?ltree_ops$|^ltree_ops$/, "ltree"],
  [/^(gist|cube)_cube_ops$|^cube_ops$/, "cube"],
  [/^(gist|brin|spgist)_(geometry|geography)_/, "postgis"],
  [/^gist_\w+_ops$/, "btree_gist"],
  [/^citext_(pattern_)?ops$/, "citext"],
  [/^pgroonga_/, "pgroonga"],
  [/^rum_/, "rum"],
];

const ACCESS_METHODS: Owners = [
  [/^(hnsw|ivfflat)$/, "vector"],
  [/^diskann$/, "vectorscale"],
  [/^bloom$/, "bloom"],
  [/^rum$/, "rum"],
  [/^bm25$/, "pg_search", "pg_textsearch"],
  [/^pgroonga$/, "pgroonga"],
];

const FUNCTIONS: Owners = [
  [/^unaccent$/, "unaccent"],
  [/^(show_trgm|(word_|strict_word_)?similarity(_op)?)$/, "pg_trgm"],
  [/^(digest|hmac|crypt|gen_salt|encrypt|decrypt|pgp_\w+)$/, "pgcrypto"],
  [/^uuid_(generate|ns|nil)\w*$/, "uuid-ossp"],
  [/^(soundex|levenshtein\w*|d?metaphone\w*|daitch_mokotoff|difference)$/, "fuzzystrmatch"],
  [/^st_\w+$/, "postgis"],
  [/^(ll_to_earth|earth_\w+|earth)$/, "earthdistance"],
  [/^(nlevel|subpath|subltree|lca)$/, "ltree"],
  [/^(akeys|avals|hstore_to_\w+)$/, "hstore"],
  [/^(cosine|l2|l1|inner)_(distance|product)$|^(binary_quantize|subvector)$/, "vector"],
];

const TYPES: Owners = [
  [/^(vector|halfvec|sparsevec)$/, "vector"],
  [/^citext$/, "citext"],
  [/^(ltree|lquery|ltxtquery)$/, "ltree"],
  [/^hstore$/, "hstore"],
  [/^cube$/, "cube"],
  [/^(geometry|geography|box[23]d)$/, "postgis"],
];

const OWNERS = {
  operatorClass: OPERATOR_CLASSES,
  accessMethod: ACCESS_METHODS,
  function: FUNCTIONS,
  type: TYPES,
} as const;

/** An extension that has the name, and whether this server could create it. */
export interface NeededExtension {
  readonly name: string;
  readonly isAvailable: boolean;
}

/** The extension that is known to have the name; undefined if none is, or it is there already. */
export async function extensionWith(
  observer: Session,
  kind: keyof typeof OWNERS,
  name: string,
): Promise<NeededExtension | undefined> {
  const [, ...owners] = OWNERS[kind].find(([pattern]) => pattern.test(name)) ?? [];
  return neededExtension(observer, ...owners);
}

/** One of them, rather one that the server could create; undefined if one is there already. */
export async function neededExtension(
  observer: Session,
  ...names: readonly string[]
): Promise<NeededExtension | undefined> {
  if (names.length === 0) return undefined;
  const rows = await observer.query<NeededExtension & { readonly isThere: boolean }>(
    `SELECT n.name, EXISTS (SELECT FROM pg_extension WHERE extname = n.name) AS "isThere",
            EXISTS (SELECT FROM pg_available_extensions a WHERE a.name = n.name) AS "isAvailable"
       FROM unnest($1::text[]) WITH ORDINALITY AS n(name, position) ORDER BY n.position`,
    [names],
  );
  if (rows.some(({ isThere }) => isThere)) return undefined;
  return rows.find(({ isAvailable }) => isAvailable) ?? rows[0];
}
