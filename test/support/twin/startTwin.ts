// Starts a twin's server, says where, and waits to be killed.
import "../engine/engineSources.ts";

const server = "../../../providers/pgindex/src/engine/twin/server";
const { findTwinBinary } = await import(`${server}/twinBinary.ts`);
const { startTwinServer } = await import(`${server}/twinServer.ts`);
const { directory } = await startTwinServer(findTwinBinary());
console.log(directory);
setInterval(() => undefined, 1_000_000);
