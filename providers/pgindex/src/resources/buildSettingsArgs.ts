import type * as pulumi from "@pulumi/pulumi";

/** Settings of a session that builds; what is left out stays as the server has it. */
export interface BuildSettingsArgs {
  /**
   * Memory for one build, its parallel workers together: `"512MB"`, `"2GB"`. More lets a btree sort
   * without temporary files, and an hnsw graph be built in memory. Refused if all concurrent builds
   * together (`maxConcurrentBuilds`) would take more than the machine has, where the role may see
   * that. See
   * https://www.postgresql.org/docs/current/runtime-config-resource.html#GUC-MAINTENANCE-WORK-MEM
   * @default the server's, often 64 MB
   * @sql SET maintenance_work_mem = '2GB'
   */
  readonly maintenanceWorkMem?: pulumi.Input<string>;
  /**
   * How many parallel workers a build may ask for, within the server's `max_parallel_workers`; 0
   * leaves all to the session itself. Used by btree, since PostgreSQL 17 by brin, since 18 by gin,
   * and by hnsw and ivfflat of pgvector. See
   * https://www.postgresql.org/docs/current/runtime-config-resource.html#GUC-MAX-PARALLEL-MAINTENANCE-WORKERS
   * @default the server's, often 2
   * @sql SET max_parallel_maintenance_workers = 4
   */
  readonly parallelWorkers?: pulumi.Input<number>;
}
