import { inspect } from "node:util";
import type { Derivation } from "../derive/derive";
import type { Genotype } from "../space/genotype";

/**
 * What `explore` gives: the architecture taken in the page. It begins with the one first shown, and changes with every "use
 * in notebook".
 */
export interface Exploration {
  /** Null where no record could be shown. */
  readonly derivation: Derivation | null;
  readonly genotype: Genotype | null;
  /** The call that derives it again. */
  readonly code: string;
  /** Calls `listener` whenever another architecture is taken. Gives a function that ends that. */
  onUse(listener: (derivation: Derivation) => void): () => void;
}

/** The object a cell gets; `use` is for the kernel's side of the bridge. */
export class LiveExploration implements Exploration {
  #listeners = new Set<(derivation: Derivation) => void>();

  constructor(
    public derivation: Derivation | null,
    public code: string,
    readonly text: string,
  ) {}

  get genotype(): Genotype | null {
    return this.derivation?.genotype ?? null;
  }

  onUse(listener: (derivation: Derivation) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  use(derivation: Derivation, code: string): void {
    this.derivation = derivation;
    this.code = code;
    for (const listener of this.#listeners) listener(derivation);
  }

  /** One line where a cell or a terminal prints it. */
  [inspect.custom](): string {
    return `Exploration { ${this.code || this.text} }`;
  }
}
