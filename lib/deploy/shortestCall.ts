import type { WasmEngine } from "../packed/wasm/wasmEngine";

/** Milliseconds of the shortest of the calls on one image that fit into the given time, at least one. Ends the engine. */
export async function shortestCall(
  engine: WasmEngine,
  image: Float32Array,
  milliseconds: number,
): Promise<number> {
  let shortest = Number.POSITIVE_INFINITY;
  try {
    const end = performance.now() + milliseconds;
    do {
      const start = performance.now();
      await engine.run(image, 1);
      shortest = Math.min(shortest, performance.now() - start);
    } while (performance.now() < end);
  } finally {
    engine.dispose();
  }
  return shortest;
}
