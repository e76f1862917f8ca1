import { useEffect, useState } from "preact/hooks";
import { drawGenotype } from "../../figures/drawings/drawGenotype";
import { svgWithProvenance } from "../../figures/export/svgProvenance";
import type { Provenance } from "../../figures/frame/provenance";
import { genotypeJson } from "../../space/genotypeJson";
import { bridgeEvent, bridgeOf } from "../shared/bridge";
import { fileNameOf } from "../shared/fileNameOf";
import { download } from "../shared/files";
import { svgPdf } from "../shared/svgPdf";
import type { Derived } from "./derived";
import type { ExploreData, PageSearch } from "./exploreData";
import type { Settings } from "./settings";

interface ExportsProps {
  readonly data: ExploreData;
  readonly search: PageSearch;
  readonly derived: Derived;
  readonly settings: Settings;
  readonly title: string;
  readonly onCode: (code: string) => void;
  readonly onPin: () => void;
  readonly onSaid: (text: string) => void;
}

/** What can be taken from here: the call, files that say where they come from, and the genotype in the notebook. */
export function Exports({ data, search, derived, settings, title, onCode, onPin, onSaid }: ExportsProps) {
  const send = useBridge(data.channel);
  const name = fileNameOf(`genotype-${title}`);
  const drawing = () => {
    const svg = drawGenotype(derived.derivation.genotype, {
      title: `${title}: ${derived.hash.slice(0, 12)}`,
    });
    const alt =
      new DOMParser().parseFromString(svg, "image/svg+xml").querySelector("desc")?.textContent ?? title;
    return { svg, provenance: provenanceOf(data, search, derived, title), alt };
  };
  const use = () => {
    // The kernel derives by itself: what it gets is what Node derives.
    send?.({ page: data.page, kind: "use", settings });
    onSaid("The architecture is in the variable that bars.explore gave: its fields genotype and derivation.");
  };
  return (
    <section class="card" aria-label="use what is shown">
      <h2>Use it</h2>
      <pre>{derived.code}</pre>
      <div class="row">
        <button type="button" class="primary" onClick={onPin}>
          pin
        </button>
        <button type="button" onClick={() => onCode(derived.code)}>
          copy code
        </button>
        {send === null ? null : (
          <button type="button" onClick={use}>
            use in notebook
          </button>
        )}
        <button
          type="button"
          onClick={() =>
            download(`${name}.json`, `${genotypeJson(derived.derivation.genotype)}\n`, "application/json")
          }
        >
          genotype (JSON)
        </button>
        <button
          type="button"
          onClick={() => {
            const { svg, provenance, alt } = drawing();
            download(`${name}.svg`, svgWithProvenance(svg, provenance, alt), "image/svg+xml");
          }}
        >
          drawing (SVG)
        </button>
        <button
          type="button"
          onClick={() => {
            const { svg, provenance, alt } = drawing();
            download(`${name}.pdf`, svgPdf(svg, provenance, alt), "application/pdf");
          }}
        >
          drawing (PDF)
        </button>
      </div>
    </section>
  );
}

function useBridge(channel: string | null) {
  const [send, setSend] = useState(() => bridgeOf(channel));
  useEffect(() => {
    const look = () => setSend(() => bridgeOf(channel));
    window.addEventListener(bridgeEvent, look);
    look();
    return () => window.removeEventListener(bridgeEvent, look);
  }, [channel]);
  return send;
}

/** Where a drawing made here comes from. A page knows no working tree, so it states no commit. */
function provenanceOf(
  data: ExploreData,
  { record }: PageSearch,
  { code }: Derived,
  title: string,
): Provenance {
  return {
    kind: "bars.provenance",
    schema: 1,
    title,
    configHashes: record ? [record.configHash] : [],
    seeds: record ? [record.seed] : [],
    recordHashes: record ? [record.recordHash] : [],
    gitCommit: null,
    gitChanged: null,
    bars: data.bars,
    command: code,
  };
}
