// The figure of npm run bench: our speed as a multiple of the peer's, row by row.

const [right, top, pitch, barHeight, bars] = [150, 46, 30, 16, 320];
/** A letter of the titles is narrower than this on average. */
const letter = 7.2;
const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

/** The machines and ways the rows were measured on, each once. */
function measuredBy(lines) {
  const said = lines
    .filter(({ threads }) => threads)
    .map(({ processor, threads, node, torch, rounds }) =>
      [
        `${processor}, ${threads} thread${threads === 1 ? "" : "s"}`,
        `Node ${node}`,
        ...(torch ? [`PyTorch ${torch}`] : []),
        `${rounds} round${rounds === 1 ? "" : "s"}`,
      ].join(", "),
    );
  return [...new Set(said)];
}

/**
 * An SVG of bars from 0: a row's ratio to its peer, with a line at 1; rows without a peer show their speed as text. Below, what
 * it was measured on.
 */
export function speedFigure(lines) {
  const left = 20 + letter * Math.max(0, ...lines.map(({ title }) => title.length));
  const width = left + bars + right;
  const notes = measuredBy(lines);
  const ratios = lines.map(({ ours, peer }) => (peer ? ours.imagesPerSecond / peer.imagesPerSecond : null));
  const most = Math.max(1.2, ...ratios.filter((ratio) => ratio !== null));
  const scale = bars / most;
  const axisEnd = top + pitch * lines.length + 6;
  const height = axisEnd + 28 + 16 * notes.length;
  const parts = lines.map((line, i) => {
    const y = top + i * pitch;
    const ratio = ratios[i];
    const speed = `${line.ours.imagesPerSecond.toFixed(line.ours.imagesPerSecond < 100 ? 1 : 0)} images/s`;
    const label = ratio === null ? `${speed}, no peer` : `${ratio.toFixed(2)} (${speed})`;
    const bar =
      ratio === null
        ? ""
        : `<rect x="${left}" y="${y}" width="${(ratio * scale).toFixed(1)}" height="${barHeight}" fill="${ratio >= 1 ? "#2f6f9f" : "#b5651d"}"/>`;
    // Beside the bar, and never on the line at 1.
    const end = left + (ratio ?? 0) * scale;
    const at = (ratio !== null && ratio < 1 ? Math.max(end, left + scale) : end) + 6;
    return `<text x="${left - 10}" y="${y + 12}" text-anchor="end">${escaped(line.title)}</text>${bar}<text x="${at.toFixed(1)}" y="${y + 12}" paint-order="stroke" stroke="white" stroke-width="4">${label}</text>`;
  });
  const one = (left + scale).toFixed(1);
  const axis = `<line x1="${one}" x2="${one}" y1="${top - 8}" y2="${axisEnd}" stroke="#555" stroke-dasharray="3 3"/><text x="${one}" y="${axisEnd + 16}" text-anchor="middle">as fast as PyTorch</text>`;
  const below = notes.map(
    (note, i) =>
      `<text x="10" y="${axisEnd + 36 + 16 * i}" font-size="10" fill="#444">${escaped(note)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="DejaVu Sans, sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/><text x="${left}" y="22" font-size="14">Speed, in units of PyTorch's in the same runs</text>${axis}${parts.join("")}${below.join("")}</svg>\n`;
}
