/** What a listening kernel put on the page: ways to send to it, by the channel of each kernel. */
interface Bridges {
  readonly [channel: string]: ((message: unknown) => void) | undefined;
}

/** Sends to the kernel that wrote this page; null where it does not listen (an exported page, a kernel that has gone). */
export function bridgeOf(channel: string | null): ((message: unknown) => void) | null {
  const bridges = (window as unknown as { barsBridges?: Bridges }).barsBridges;
  return (channel === null ? undefined : bridges?.[channel]) ?? null;
}

/** Event on the window when a kernel began to listen. */
export const bridgeEvent = "bars-bridge";
