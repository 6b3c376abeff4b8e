import { Connection } from "pulumi-pgindex";
import { MessageIndexes } from "./messageIndexes";

const database = new Connection("database");
const messages = new MessageIndexes("messages", { table: "messages", database });

export const { definitions } = messages;
