import * as pulumi from "@pulumi/pulumi";
import { type Connection, Index } from "pulumi-pgindex";

/** The indexes that every installation of the messages service needs. */
export class MessageIndexes extends pulumi.ComponentResource {
  readonly definitions: pulumi.Output<readonly string[]>;

  constructor(
    name: string,
    { table, database }: { readonly table: string; readonly database: Connection },
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("acme:messages:Indexes", name, {}, options);
    const of = (columns: readonly string[]) => {
      const index = [table, ...columns, "idx"].join("_");
      // Moved here from the program's top level? `aliases: [{ parent: pulumi.rootStackResource }]`.
      const belongs = { parent: this, provider: database };
      return new Index(`${name}-${columns.join("-")}`, { table, name: index, columns }, belongs);
    };
    const indexes = [of(["conversation_id", "created_at"]), of(["sender_id"])];
    this.definitions = pulumi.all(indexes.map(({ definition }) => definition));
    this.registerOutputs({ definitions: this.definitions });
  }
}
