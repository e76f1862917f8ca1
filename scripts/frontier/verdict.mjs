// What the comparison of docs/frontier-protocol.md says so far, from the records in data/records/protocol, as Markdown.
//
//   node scripts/frontier/verdict.mjs [FOLDER]
import { join } from "node:path";
import { bars, root } from "./library.mjs";

const bands = bars.experiments.fixedComparison(process.argv[2] ?? join(root, "data/records/protocol"));
const earlier = bars.records
  .loadTrainRecords(join(root, "data/records/frontier"))
  .map(({ record }) => record);
const millions = ([low, high]) =>
  `${(low / 1e6).toFixed(2)}${high > low ? ` to ${(high / 1e6).toFixed(2)}` : ""} M`;

if (Object.keys(bands).length === 0) console.log("No records yet: node scripts/frontier/run.mjs makes them.");
for (const [name, band] of Object.entries(bands)) {
  console.log(`## Band ${name}\n`);
  const rows = bars.experiments.comparedRows(band).map(({ arm, runs, bops, ops, accuracy, sd }) => {
    const spread = sd === null ? "" : ` ± ${(100 * sd).toFixed(1)}`;
    return `| ${arm} | ${runs} | ${millions(bops)} | ${millions(ops)} | ${(100 * accuracy).toFixed(1)}${spread} |`;
  });
  if (rows.length > 0)
    console.log(
      `| arm | runs | BOPs | OPs | 10,000 test images, % |\n| --- | --- | --- | --- | --- |\n${rows.join("\n")}\n`,
    );
  console.log(`${bars.readings.fixedReading(band, { earlier })}\n`);
}
