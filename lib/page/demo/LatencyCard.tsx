import { bins, type Latency, median, timeText } from "./latency";

const [width, height, foot] = [320, 96, 18];

/** How long an answer takes: a histogram, and the same in words. */
export function LatencyCard({
  latency,
  live,
  onMeasure,
}: {
  readonly latency: Latency | null;
  /** Whether times come from frames of the camera, one each. */
  readonly live: boolean;
  readonly onMeasure: () => void;
}) {
  return (
    <section class="card" aria-label="latency">
      <h2>Latency</h2>
      {latency === null ? (
        <p class="soft">Measured after the first picture.</p>
      ) : (
        <Histogram latency={latency} live={live} />
      )}
      <p>
        <button type="button" disabled={latency === null || live} onClick={onMeasure}>
          measure again
        </button>
      </p>
    </section>
  );
}

function Histogram({
  latency: { samples, calls },
  live,
}: {
  readonly latency: Latency;
  readonly live: boolean;
}) {
  const all = bins(samples);
  const most = Math.max(...all.map(({ count }) => count));
  const each = width / all.length;
  const said = `median ${timeText(median(samples))}, shortest ${timeText(Math.min(...samples))}, longest ${timeText(Math.max(...samples))}`;
  return (
    <>
      <p class="big num">{timeText(median(samples))} an image</p>
      <svg
        class="histogram"
        viewBox={`0 0 ${width} ${height + foot}`}
        role="img"
        aria-label={`histogram of ${samples.length} times: ${said}`}
      >
        {all.map(({ from, count }, i) => {
          const tall = (height * count) / most;
          return <rect key={from} x={i * each + 1} y={height - tall} width={each - 2} height={tall} />;
        })}
        <line x1="0" x2={width} y1={height + 0.5} y2={height + 0.5} />
        <text x="0" y={height + 14}>
          {timeText(all[0]?.from ?? 0)}
        </text>
        <text x={width} y={height + 14} text-anchor="end">
          {timeText(all.at(-1)?.to ?? 0)} and more
        </text>
      </svg>
      <p class="soft">
        {said}; {samples.length} samples,{" "}
        {live ? "each of one frame" : calls === 1 ? "each of one call" : `each the mean of ${calls} calls`},
        one image a call, from the normalised picture to the logits.
      </p>
    </>
  );
}
