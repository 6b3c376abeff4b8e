// What `promotionEvidence` says of an index: what its resource recorded, and what was measured.

/** Staging's database. */
export const THERE = { systemIdentifier: "7300000000000000001", oid: 16_384, name: "staging" };

const CANONICAL = { accessMethod: "btree", columns: "a pg_catalog.int4_ops" };

export const RECORDED = { oid: 16_500, canonical: CANONICAL, database: THERE, drift: null };

export function foundAs(index: string) {
  return {
    index,
    table: "t",
    oid: RECORDED.oid,
    definition: "CREATE INDEX t_idx ON public.t USING btree (a)",
    canonical: CANONICAL,
    database: THERE,
    trafficBefore: 0,
  };
}
