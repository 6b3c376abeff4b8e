const { PolicyPack } = require("@pulumi/policy");
const { findingsIn, lookAtIndex } = require("pulumi-pgindex/plan");

/** An Index of the dynamic provider, or of the native one. */
const isIndex = (type) => /(^|:)pgindex:(\w+:)?Index$/.test(type);

new PolicyPack("pgindex", {
  enforcementLevel: "mandatory",
  policies: [
    {
      name: "hazards",
      description: "No warning and no error of docs/hazards.md stands in the way of an index.",
      validateResource: async (args, reportViolation) => {
        if (!isIndex(args.type)) return;
        const { findings } = await lookAtIndex(args);
        for (const { index, code, severity, message, fix } of findings)
          if (severity !== "info") reportViolation(`${index}: ${message} [${code}]; do: ${fix}`);
      },
    },
    {
      name: "size",
      description: "An index that is larger than this is built by hand, at night.",
      configSchema: { properties: { megabytes: { type: "number", default: 10_000 } } },
      validateResource: async (args, reportViolation) => {
        if (!isIndex(args.type)) return;
        const { index, facts } = await lookAtIndex(args);
        const megabytes = (facts?.needs?.indexBytes ?? 0) / 1024 ** 2;
        if (megabytes > args.getConfig().megabytes)
          reportViolation(`${index} will have ${Math.round(megabytes)} MB`);
      },
    },
    {
      name: "reviewed-plan",
      description: "Where a plan is kept (PGINDEX_PLAN), nothing in it is an error.",
      validateStack: (_args, reportViolation) => {
        if (!process.env.PGINDEX_PLAN) return;
        for (const { urn, index, code, severity, message } of findingsIn(process.env.PGINDEX_PLAN))
          if (severity === "error") reportViolation(`${index}: ${message} [${code}]`, urn);
      },
    },
  ],
});
