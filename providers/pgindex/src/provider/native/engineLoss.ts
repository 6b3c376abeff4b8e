import { grpc } from "../sdkModules";

/** Calls back once Pulumi's engine is gone: it was killed, and nobody waits for an answer. */
export function onEngineLost(address: string, lost: () => unknown): void {
  if (!/:\d+$/.test(address)) return;
  const client = new grpc.Client(address, grpc.credentials.createInsecure());
  const channel = client.getChannel();
  const { READY } = grpc.connectivityState;
  const watch = (wasReady: boolean) => {
    const state = channel.getConnectivityState(true);
    if (wasReady && state !== READY) {
      client.close();
      lost();
      return;
    }
    channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, () => watch(state === READY));
  };
  watch(false);
}
