/** Engines in order of preference. */
export const backendNames = ["tfjs-node-gpu", "onnx", "tfjs-node", "wasm", "cpu"] as const;
export type BackendName = (typeof backendNames)[number];

/** What runs the tensors. Stored with every record. Plain data. */
export interface BackendInfo {
  readonly name: BackendName;
  /** Version of the engine's package, and of the library under it where that is known: `"4.22.0, TensorFlow 2.21.0"`. */
  readonly version: string;
  /** Model of the processor or of the graphics card. */
  readonly device: string;
  /** Threads that run one operation. */
  readonly threads: number;
  /** Why the engines before it in the order of preference were passed over: `"tfjs-node: not installed"`. */
  readonly passedOver: readonly string[];
}

/**
 * One line for users: `wasm 4.22.0 on AMD EPYC 7763, 1 thread (passed over: tfjs-node: not installed)`.
 *
 * @example
 * ```ts
 * console.log(bars.describeBackend(await bars.startBackend()).includes(" on ")); // true
 * ```
 */
export function describeBackend(info: BackendInfo): string {
  const threads = info.threads === 1 ? "1 thread" : `${info.threads} threads`;
  const passedOver = info.passedOver.length > 0 ? ` (passed over: ${info.passedOver.join("; ")})` : "";
  return `${info.name} ${info.version} on ${info.device}, ${threads}${passedOver}`;
}
