import { useMemo } from "preact/hooks";
import { drawGenotype } from "../../figures/drawings/drawGenotype";
import { Scroll } from "../shared/Scroll";
import type { Derived } from "./derived";

/** The architecture as every figure of the library draws it. */
export function Drawing({ derived, title }: { readonly derived: Derived; readonly title: string }) {
  const { derivation, hash } = derived;
  // Text of the drawing is escaped by `drawGenotype`.
  const svg = useMemo(
    () => drawGenotype(derivation.genotype, { title: `${title}: ${hash.slice(0, 12)}` }),
    [derivation, title, hash],
  );
  return (
    <section class="card" aria-label="architecture">
      <h2>Architecture</h2>
      <Scroll label="drawing">
        <div class="drawing" dangerouslySetInnerHTML={{ __html: svg }} />
      </Scroll>
    </section>
  );
}
