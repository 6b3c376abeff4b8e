import { useLittleMemory } from "./engine/operation/v8Flags";
import { serve } from "./provider/native/server";

useLittleMemory();

/** The program `pulumi-resource-pgindex`: Pulumi's engine reads the port from its first line. */
serve(process.argv[2]).then((port) => console.log(String(port)));
