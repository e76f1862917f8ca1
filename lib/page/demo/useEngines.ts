import { useEffect, useState } from "preact/hooks";
import type { Weight } from "./flips";
import { Engines, type OpenedNetwork } from "./network";

/** The engines of a network with its changed weights: made anew where those change; null until then. */
export function useEngines(
  network: OpenedNetwork | null,
  flips: readonly Weight[],
  threads: number,
  onProblem: (message: string) => void,
): Engines | null {
  const [made, setMade] = useState<{ readonly engines: Engines; readonly of: readonly unknown[] } | null>(
    null,
  );
  const asked = [network, flips, threads];
  useEffect(() => {
    if (!network) return;
    let mine: Engines | null = null;
    let over = false;
    Engines.create(network.program, flips, threads)
      .then((engines) => {
        if (over) return engines.dispose();
        mine = engines;
        setMade({ engines, of: asked });
      })
      .catch((error: unknown) => onProblem((error as Error).message));
    return () => {
      over = true;
      mine?.dispose();
    };
  }, asked);
  // Those of what was asked before are disposed of already.
  return made && asked.every((part, i) => part === made.of[i]) ? made.engines : null;
}
