import { Index } from "pulumi-pgindex";
import { bySender } from "../../indexes";

new Index("by-sender", bySender);
