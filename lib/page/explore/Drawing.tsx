import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { drawGenotype } from "../../figures/drawings/drawGenotype";
import { patchMarkup } from "../shared/patchMarkup";
import { Scroll } from "../shared/Scroll";
import type { Derived } from "./derived";

/** The architecture as every figure of the library draws it: drawn anew only where the change of a control changed it. */
export function Drawing({ derived, title }: { readonly derived: Derived; readonly title: string }) {
  const { derivation, hash } = derived;
  const frame = useRef<HTMLDivElement>(null);
  // The hash stands for the genotype.
  const svg = useMemo(() => drawGenotype(derivation.genotype), [hash]);
  useLayoutEffect(() => {
    // Text of the drawing is escaped by `drawGenotype`.
    if (frame.current) patchMarkup(frame.current, svg);
  }, [svg]);
  return (
    <section class="card" aria-label="architecture">
      <h2>Architecture</h2>
      <p class="soft">{title}</p>
      <Scroll label="drawing">
        <div class="drawing" ref={frame} />
      </Scroll>
    </section>
  );
}
