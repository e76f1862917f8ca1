import type { Engines, OpenedNetwork } from "./network";
import { bytesText, grouped, percent } from "./words";

/** What runs here: the network, its file, its engine. */
export function Facts({
  network: { name, bytes, model },
  engines,
  threads,
  onThreads,
}: {
  readonly network: OpenedNetwork;
  readonly engines: Engines | null;
  readonly threads: number;
  readonly onThreads: (threads: number) => void;
}) {
  const { header, tensors } = model;
  const { provenance } = header;
  const signs = [...tensors.values()].reduce(
    (sum, tensor) => sum + (tensor instanceof Uint8Array ? tensor.length : 0),
    0,
  );
  const most = crossOriginIsolated ? Math.min(16, navigator.hardwareConcurrency) : 1;
  const { fast } = engines ?? {};
  const trained =
    provenance.data === null
      ? "not by this library"
      : `${provenance.data}, ${provenance.epochs} epochs${provenance.recalibrated ? ", statistics taken anew" : ""}`;
  const rows: [string, string][] = [
    ["network", header.model.name],
    ["file", `${name}, ${bytesText(bytes)}`],
    ["binary weights", `${grouped(signs)}, one bit each`],
    ["trained on", trained],
    [
      "accuracy on test images",
      provenance.testAccuracy === null ? "not measured" : percent(provenance.testAccuracy),
    ],
    ["engine", `WebAssembly, kernel ${fast ? `"${fast.kernel}"` : "not chosen yet"}`],
    ["relaxed SIMD", fast ? (fast.relaxedSimd ? "yes" : "no") : ""],
    ["memory of all maps", fast ? `${(fast.memoryBytes.maps / 1024).toFixed(0)} KiB` : ""],
  ];
  return (
    <section class="card facts" aria-label="what runs here">
      <h2>What runs here</h2>
      <dl>
        {rows.map(([term, text]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <label>
        threads{" "}
        <select value={threads} onChange={({ currentTarget }) => onThreads(Number(currentTarget.value))}>
          {Array.from({ length: most }, (_, i) => (
            <option key={i} value={i + 1}>
              {i + 1}
            </option>
          ))}
        </select>
      </label>
      <p class="soft">
        {crossOriginIsolated
          ? `This page is cross-origin isolated: up to ${most} threads share the engine's memory.`
          : "This page is not cross-origin isolated, so the engine has one thread: its server does not send the headers Cross-Origin-Opener-Policy and Cross-Origin-Embedder-Policy."}
      </p>
    </section>
  );
}
