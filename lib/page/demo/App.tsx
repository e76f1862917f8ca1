import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { RootProps } from "../shared/mount";
import { useDark } from "../shared/useDark";
import { Answer } from "./Answer";
import { Facts } from "./Facts";
import { binaryLayers, flipped, standing, type Weight } from "./flips";
import { LatencyCard } from "./LatencyCard";
import { Maps } from "./Maps";
import { type Look, type OpenedNetwork, openNetwork } from "./network";
import { normalized, type Picture, pictureOfFile } from "./pictures";
import { type Example, Sources } from "./Sources";
import { useDropAndPaste } from "./useDropAndPaste";
import { useEngines } from "./useEngines";
import { useLatency } from "./useLatency";
import { Weights } from "./Weights";
import { answerText, counted, grouped } from "./words";

/** What the page is given. */
export interface DemoData {
  /** Address of the packed network, and its name. */
  readonly model: { readonly url: string; readonly name: string };
  readonly examples: readonly Example[];
}

const noFlips: readonly (readonly Weight[])[] = [];

/** The whole page. */
export function App({ data, host }: RootProps<DemoData>) {
  const dark = useDark(host);
  const [problem, setProblem] = useState("");
  const [network, setNetwork] = useState<OpenedNetwork | null>(null);
  const [picture, setPicture] = useState<Picture | null>(null);
  const [history, setHistory] = useState(noFlips);
  const [threads, setThreads] = useState(() =>
    crossOriginIsolated ? Math.min(2, navigator.hardwareConcurrency) : 1,
  );
  const [look, setLook] = useState<Look | null>(null);
  const [mapAt, setMapAt] = useState(0);
  const flips = useMemo(() => standing(history.flat()), [history]);
  const engines = useEngines(network, flips, threads, setProblem);
  const image = useMemo(
    () => (network && picture ? normalized(picture, network.model.header.normalization) : null),
    [network, picture],
  );
  const live = picture?.live ?? false;
  const { latency, frame, measure } = useLatency(engines, image, live);
  const size = network?.program.imageSize ?? 32;

  useEffect(() => {
    if (!engines || !image) return;
    let alive = true;
    const start = performance.now();
    engines.fast
      .run(image, 1)
      .then(() => {
        if (live) frame(performance.now() - start);
        return engines.look(image);
      })
      .then((found) => alive && setLook(found))
      // An engine that was disposed of meanwhile: the next one answers.
      .catch((error: unknown) => alive && setProblem((error as Error).message));
    return () => {
      alive = false;
    };
  }, [engines, image]);

  const open = useCallback(
    async (file: Blob, name: string) => {
      try {
        if (name.endsWith(".bars")) {
          const opened = openNetwork(new Uint8Array(await file.arrayBuffer()), name);
          setLook(null);
          setPicture((shown) => (shown?.size === opened.program.imageSize ? shown : null));
          setHistory(noFlips);
          setNetwork(opened);
        } else setPicture(await pictureOfFile(file, name, size));
        setProblem("");
      } catch (error) {
        setProblem((error as Error).message);
      }
    },
    [size],
  );
  const fetched = useCallback(
    async (url: string, name: string) => {
      try {
        const response = await fetch(url);
        if (!response.ok) throw new Error(`${name}: the server answered ${response.status}`);
        await open(await response.blob(), name);
      } catch (error) {
        setProblem((error as Error).message);
      }
    },
    [open],
  );
  const begun = useRef({ network: false, picture: false });
  useEffect(() => {
    if (begun.current.network) return;
    begun.current.network = true;
    void fetched(data.model.url, data.model.name);
  }, []);
  // A picture is made for the network's size.
  useEffect(() => {
    const [first] = data.examples;
    if (network === null || begun.current.picture || !first) return;
    begun.current.picture = true;
    void fetched(first.url, first.name);
  }, [network]);
  const dropping = useDropAndPaste(open);

  const program = network?.program ?? null;
  const layers = useMemo(() => (program ? binaryLayers(program) : []), [program]);
  const now = useMemo(() => (program ? binaryLayers(flipped(program, flips)) : []), [program, flips]);
  const classNames = network?.model.header.classNames ?? [];
  const changed = flips.length > 0;
  return (
    <main class={`app ${dark ? "dark" : ""}`} data-state={look && latency ? "ready" : "busy"}>
      <h1>A binary network in your browser</h1>
      <p class="lead">
        The weights of its binary convolutions are one bit each, and so are the values they read. Trained and
        packed by bars; here it runs in WebAssembly, on this machine alone.
      </p>
      {problem === "" ? null : (
        <p class="warn" role="alert">
          {problem}
        </p>
      )}
      <div class="columns">
        <div class="stack first">
          <Sources
            examples={data.examples}
            size={size}
            picture={picture}
            onFile={(file) => void open(file, file.name)}
            onExample={({ url, name }) => void fetched(url, name)}
            onPicture={setPicture}
            onProblem={setProblem}
          />
        </div>
        <div class="stack second">
          <section class="card" aria-label="answer">
            <h2>Answer</h2>
            <Spoken look={look} classNames={classNames} flips={flips.length} live={live} picture={picture} />
            {look ? (
              <Answer
                classNames={classNames}
                probabilities={look.probabilities}
                before={look.before}
                changed={changed}
              />
            ) : null}
            {look && changed ? <p class="changes">{changesText(look, classNames, flips.length)}</p> : null}
          </section>
          <LatencyCard latency={latency} live={live} onMeasure={measure} />
          {network ? (
            <Facts network={network} engines={engines} threads={threads} onThreads={setThreads} />
          ) : null}
        </div>
        <div class="stack third">
          {look ? (
            <Maps
              maps={look.maps}
              at={Math.min(mapAt, look.maps.length - 1)}
              dark={dark}
              changed={changed}
              onStep={setMapAt}
            />
          ) : null}
          {network ? (
            <Weights
              layers={layers}
              now={now}
              history={history}
              others={flips.length}
              onFlip={(weights) => setHistory((all) => [...all, weights])}
              onUndo={() => setHistory((all) => all.slice(0, -1))}
              onReset={() => setHistory(noFlips)}
            />
          ) : null}
        </div>
      </div>
      {dropping ? <div class="drop">Drop a picture, or a .bars file</div> : null}
    </main>
  );
}

/** The answer in a line, read out when it changes; of a film at most every two seconds. */
function Spoken({
  look,
  classNames,
  flips,
  live,
  picture,
}: {
  readonly look: Look | null;
  readonly classNames: readonly string[];
  readonly flips: number;
  readonly live: boolean;
  readonly picture: Picture | null;
}) {
  const [said, say] = useState("Loading the network.");
  const last = useRef(0);
  useEffect(() => {
    if (!look || (live && performance.now() - last.current < 2000)) return;
    last.current = performance.now();
    const what = picture && !live ? `${picture.name}: ` : "";
    say(
      `${what}${answerText(classNames, look.probabilities)}${flips > 0 ? `, with ${counted(flips, "weight")} flipped` : ""}.`,
    );
  }, [look]);
  return (
    <p class="soft" aria-live="polite" data-said>
      {said}
    </p>
  );
}

function changesText(
  { probabilities, before, maps }: Look,
  classNames: readonly string[],
  flips: number,
): string {
  const counts = maps.map((map) => ({ map, ...map.counts() }));
  const signs = counts.reduce((sum, { map }) => sum + map.values, 0);
  const differing = counts.reduce((sum, { changed }) => sum + changed, 0);
  const first = counts.find(({ changed }) => changed > 0);
  const best = (shares: readonly number[]) => shares.indexOf(Math.max(...shares));
  const same = best(probabilities) === best(before);
  const where = first ? `, the first in ${first.map.slot.name}` : "";
  return `${counted(flips, "weight")} flipped: the answer ${same ? "stays" : "was"} ${answerText(classNames, before)} with the trained weights, ${same ? "" : "and is "}${answerText(classNames, probabilities)} now. ${counted(differing, "sign")} of ${grouped(signs)} in all maps changed${where}.`;
}
