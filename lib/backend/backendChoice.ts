import { BackendNameError } from "../util/errors";
import { type BackendName, backendNames } from "./backendInfo";

/** What may follow an engine's name after a colon, as in `onnx:webgpu`. Loads no engine. */
export const engineVariants = {
  onnx: ["cpu", "wasm", "webgpu", "cuda"],
} as const satisfies Partial<Record<BackendName, readonly string[]>>;

/** An engine by its name, and the variant of it. */
export interface BackendChoice {
  readonly name: BackendName;
  readonly variant: string | undefined;
}

/**
 * Checks what an engine is asked for by, `name` or `name:variant`, without starting or loading one.
 * @throws BackendNameError for a name or a variant that there is not.
 */
export function checkBackendChoice(asked: string, place: string): BackendChoice {
  const [name, ...rest] = asked.split(":");
  const known = backendNames.find((candidate) => candidate === name);
  if (known === undefined) {
    throw new BackendNameError(
      `${place}: the engine must be one of ${backendNames.join(", ")}, got "${asked}".`,
    );
  }
  const variant = rest.length > 0 ? rest.join(":") : undefined;
  const variants: readonly string[] = known in engineVariants ? engineVariants[known as "onnx"] : [];
  if (variant !== undefined && !variants.includes(variant)) {
    const possible = [known, ...variants.map((own) => `${known}:${own}`)].join(", ");
    throw new BackendNameError(
      `${place}: the engine ${known} must be asked for as one of ${possible}, got "${asked}".`,
    );
  }
  return { name: known, variant };
}
