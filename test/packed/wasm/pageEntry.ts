import { WasmEngine } from "../../../lib/packed/wasm/wasmEngine";
import { fold, randomKey } from "../../../lib/random/randomKey";
import { Draws, randomProgram } from "./randomProgram";

/** What a page's test asks: logits of random images by a random program, on so many threads. */
export async function logitsOf(label: number, count: number, threads: number) {
  const key = fold(randomKey(0), label);
  const program = randomProgram(key);
  const { imageSize, imageChannels } = program;
  const images = new Draws(fold(key, "images")).floats(count * imageSize * imageSize * imageChannels);
  const engine = await WasmEngine.create(program, { threads });
  try {
    const logits = await engine.run(images, count);
    return { program, images, logits, threads: engine.threads, relaxedSimd: engine.relaxedSimd };
  } finally {
    engine.dispose();
  }
}
