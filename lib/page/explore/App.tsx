import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { copyText } from "../shared/files";
import type { RootProps } from "../shared/mount";
import { useDark } from "../shared/useDark";
import { Controls } from "./Controls";
import { CostParts } from "./CostParts";
import { Drawing } from "./Drawing";
import { settingsText } from "./deriveCode";
import { type Derived, derivedOf } from "./derived";
import { Exports } from "./Exports";
import type { ExploreData, PageSearch } from "./exploreData";
import { Facts } from "./Facts";
import { HeatMaps } from "./HeatMaps";
import { Margins } from "./Margins";
import { spokenText } from "./marginRows";
import type { Place, Settings } from "./settings";
import { type Pinned, Tray } from "./Tray";

let pages = 0;

/** The whole page of `bars.explore`. */
export function App({ data, host }: RootProps<ExploreData>) {
  const [id] = useState(() => `bx${++pages}`);
  const dark = useDark(host);
  const [settings, setSettings] = useState<Settings>(() => startOf(data));
  const started = useRef(0);
  const search = data.searches[settings.search] as PageSearch;
  const derived = useMemo(() => derivedOf(search, settings), [search, settings]);
  const [pinned, setPinned] = useState<readonly Pinned[]>([]);
  const [against, setAgainst] = useState(0);
  const [said, setSaid] = useState("");
  const name = settingsText(settings, data.searches.length > 1 ? search.label : undefined);
  const change = (next: Settings) => {
    started.current = performance.now();
    setSettings(next);
  };
  useLayoutEffect(() => {
    // Time from a change to the changed page, for measuring.
    if (started.current > 0) host.dataset["milliseconds"] = (performance.now() - started.current).toFixed(2);
    started.current = 0;
  });
  useSpoken(derived, name, setSaid);
  const onCode = async (code: string) => {
    const done = await copyText(code);
    setSaid(done ? "Copied." : "This page may not copy; select the code by hand.");
  };
  const onPin = () => {
    if (typeof derived === "string") return;
    const known = pinned.findIndex((one) => one.name === name);
    if (known < 0) setPinned([...pinned, { name, derived }]);
    setAgainst(known < 0 ? (pinned.length === 0 ? 0 : against) : known);
    setSaid(known < 0 ? `Pinned: ${name}.` : `${name} is pinned already.`);
  };
  const onRemove = (index: number) => {
    setPinned(pinned.filter((_, i) => i !== index));
    setAgainst(Math.max(0, against >= index ? against - 1 : against));
  };
  const shown = typeof derived === "string" ? null : derived;
  return (
    <section class={dark ? "app dark" : "app"} aria-label="explorer of derivations">
      <p role="status" aria-live="polite" class="said">
        {said}
      </p>
      {search.problem === null ? null : (
        <p class="warn" role="alert">
          {search.label}: {search.problem}
        </p>
      )}
      <div class="columns">
        <Controls {...{ id, data, settings, derived }} onChange={change} />
        <div class="middle">
          {shown === null ? (
            search.problem === null && (
              <p class="warn" role="alert">
                {String(derived)}
              </p>
            )
          ) : (
            <>
              <Facts derived={shown} notes={search.notes} />
              <Drawing derived={shown} title={name} />
              <Exports
                {...{ data, search, settings, onCode, onPin }}
                derived={shown}
                title={name}
                onSaid={setSaid}
              />
            </>
          )}
          <Tray id={id} {...{ pinned, against, onRemove, onCode }} current={shown} onAgainst={setAgainst} />
        </div>
        {shown === null ? null : (
          <div class="side">
            <HeatMaps derived={shown} theme={data.theme} dark={dark} />
            <CostParts id={id} derived={shown} />
            <Margins derived={shown} thinned={search.thinned} />
          </div>
        )}
      </div>
    </section>
  );
}

function startOf(data: ExploreData): Settings {
  const { search, epoch } = data.start;
  const last = data.searches[search]?.record?.epochs.at(-1)?.epoch ?? "start";
  const place: Place = epoch === "last" ? last : epoch;
  return { search, place, rule: "argmax", shared: {}, own: {}, seed: 0 };
}

/** Says the result once changes have come to rest, so that a moved slider is not read out at every stop. */
function useSpoken(derived: Derived | string, name: string, say: (text: string) => void): void {
  useEffect(() => {
    const timer = setTimeout(
      () => say(typeof derived === "string" ? derived : spokenText(derived, name)),
      500,
    );
    return () => clearTimeout(timer);
  }, [derived, name]);
}
