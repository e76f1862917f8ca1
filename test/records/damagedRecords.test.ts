import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { BarsError } from "../../lib/util/errors";
import { recordReaders } from "../fuzz/recordReaders";
import { storedReaders } from "../fuzz/storedReaders";

const folder = mkdtempSync(join(tmpdir(), "bars-damaged-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const put = (name: string, bytes: Buffer) => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const readers = new Map(
  [...recordReaders(put), ...storedReaders(put)].map((reader) => [reader.name, reader]),
);

// biome-ignore lint/suspicious/noExplicitAny: damaged on purpose
type Loose = any;

/** Reads a good record of a kind after a change of its JSON. */
function reading(name: string, change: (record: Loose) => unknown): () => unknown {
  const reader = readers.get(name);
  if (!reader) throw new Error(`no reader is called ${name}`);
  const record = JSON.parse(String(reader.seeds[0])) as Loose;
  const changed = change(record) ?? record;
  const text = typeof changed === "string" ? changed : JSON.stringify(changed);
  return () => reader.read(Buffer.from(text));
}

/** The change that puts a value at a path. */
function to(path: string, value: unknown): (record: Loose) => void {
  const keys = path.split(".");
  return (record) => {
    let owner = record;
    for (const key of keys.slice(0, -1)) owner = owner[key];
    owner[keys.at(-1) as string] = value;
  };
}

describe("a damaged record is refused at its reader, by file and field", () => {
  it.each<[string, string, (record: Loose) => unknown, string]>([
    [
      "search record",
      "epochs of nothing",
      (r) => ({ ...r, epochs: [{}] }),
      "search.json: epochs[0].epoch must be a whole number of at least 0, got nothing. The file is damaged or was changed by hand: take a copy of it, or make it anew.",
    ],
    [
      "search record",
      "epochs that are a number",
      (r) => ({ ...r, epochs: 5 }),
      "search.json: epochs must be a list, got 5.",
    ],
    [
      "search record",
      "an epoch too many",
      (r) => ({ ...r, epochs: [...r.epochs, r.epochs[0]] }),
      "search.json: epochs.length must be below 3 (one for each of the config's epochs), got 3.",
    ],
    [
      "search record",
      "epochs out of order",
      (r) => ({ ...r, epochs: [r.epochs[1], r.epochs[0]] }),
      "search.json: epochs[0] should have epoch 0, got 1; the list must be whole and in order.",
    ],
    [
      "search record",
      "an accuracy in per cent",
      to("epochs.1.supernetAccuracy", 50),
      "search.json: epochs[1].supernetAccuracy must be a finite number in [0, 1], got 50.",
    ],
    [
      "search record",
      "a loss as text",
      to("epochs.1.weightLoss", "1.5"),
      'search.json: epochs[1].weightLoss must be a finite number, got "1.5".',
    ],
    [
      "search record",
      "alphas of another space",
      (r) => void r.epochs[1].alphas.cells[0].pop(),
      "search.json: epochs[1].alphas.cells[0]: expected 3 edges (2 steps), got 2.",
    ],
    [
      "search record",
      "alphas that are text",
      to("startAlphas.cells.0.0.0", "0"),
      'search.json: startAlphas.cells[0][0][0] must be a finite number, got "0".',
    ],
    [
      "search record",
      "weights of edges of another space",
      to("startAlphas.edges", [[0]]),
      "search.json: startAlphas.edges: expected 1 lists of 3 weights of edges, got lists of 1.",
    ],
    [
      "search record",
      "an epoch chosen that is not there",
      to("chosen.epoch", 2),
      "search.json: chosen.epoch must be below 2 (the epochs that are there), got 2.",
    ],
    [
      "search record",
      "a way back to a later epoch",
      to("rollbacks.0.to", 1),
      "search.json: rollbacks[0].to must be below 1 (the epoch it came from), got 1.",
    ],
    [
      "search record",
      "another status",
      to("status", "done"),
      'search.json: status must be one of "running", "finished", "interrupted", "diverged", got "done".',
    ],
    [
      "search record",
      "finished with an epoch missing",
      (r) => ({ ...r, status: "finished", chosen: null, epochs: r.epochs.slice(0, 1) }),
      `search.json: status must not be "finished" with 1 of 2 epochs of its settings`,
    ],
    [
      "training record",
      "finished with an epoch missing",
      (r) => ({ ...r, status: "finished", epochs: r.epochs.slice(0, 1), best: null, tests: [] }),
      `train.json: status must not be "finished" with 1 of 2 epochs of its settings; the record was cut or changed.`,
    ],
    [
      "evolution record",
      "finished with an architecture missing",
      (r) => ({ ...r, status: "finished", best: 0, history: r.history.slice(0, 1) }),
      `evolution.json: status must not be "finished" with 1 of 3 architectures of its settings; the record was cut or changed.`,
    ],
    [
      "race record",
      "finished with a network missing",
      (r) => ({ ...r, status: "finished", networks: r.networks.slice(0, -1) }),
      `race.json: status must not be "finished" with 2 of 3 networks of its settings; the record was cut or changed.`,
    ],
    [
      "race record",
      "finished with a rung missing",
      (r) => ({
        ...r,
        status: "finished",
        networks: r.networks.map((n: Loose) => ({ ...n, results: n.results.slice(0, 1) })),
      }),
      `race.json: status must not be "finished" with 1 of 2 rungs of its settings; the record was cut or changed.`,
    ],
    [
      "race record",
      "finished without a winner",
      to("winner", null),
      "race.json: winner must be the best network of the last rung, 0, got none.",
    ],
    [
      "search record",
      "a setting changed",
      to("config.seed", 1),
      "search.json: configHash must be the hash of config, ",
    ],
    [
      "search record",
      "means of other channels",
      to("data.mean", [0.5]),
      "search.json: data.mean must be a list of 3, got one of 1.",
    ],
    [
      "search record",
      "an unknown field",
      to("epochs.0.toString", 1),
      'search.json: epochs[0]: unknown field "toString". Known fields: epoch, alphas,',
    ],
    [
      "search record",
      "a key twice",
      (r) => JSON.stringify(r).replace('"status"', '"status":null,"status"'),
      'search.json: expected a search record, got text that is not JSON (the key "status" is given twice in one object).',
    ],
    [
      "search record",
      "100,000 brackets",
      (r) => JSON.stringify(r).replace('"stopped"', `${"[".repeat(1e5)}${"]".repeat(1e5)}`),
      "search.json: expected a search record, got text that is not JSON (nested deeper than 64 levels at character ",
    ],
    [
      "search record",
      "an inherited key",
      (r) => JSON.stringify(r).replace('"status"', '"__proto__":{},"status"'),
      'search.json: expected a search record, got text that is not JSON (the key "__proto__" is not allowed).',
    ],
    [
      "search record",
      "versions that are none",
      (r) => ({ ...r, schema: 9, versions: null }),
      "search.json: expected schema 4, got 9; it was written by another version of bars (unknown).",
    ],
    [
      "training record",
      "epochs of nothing",
      (r) => ({ ...r, epochs: [{}] }),
      "train.json: epochs[0].epoch must be a whole number of at least 0, got nothing.",
    ],
    [
      "training record",
      "epochs of null",
      (r) => ({ ...r, epochs: [null] }),
      "train.json: epochs[0] must be an object, got null.",
    ],
    [
      "training record",
      "more correct than images",
      to("tests.0.correct", 21),
      "train.json: tests[0].correct must be below 21 (its images), got 21.",
    ],
    [
      "training record",
      "an interval of one end",
      to("tests.0.interval", [0.5]),
      "train.json: tests[0].interval must be a list of 2, got one of 1.",
    ],
    [
      "training record",
      "a best epoch that is not there",
      to("best.epoch", 2),
      "train.json: best.epoch must be below 2 (the epochs that are there), got 2.",
    ],
    [
      "training record",
      "the model changed",
      to("model.genotype.depth", [0, 1]),
      "train.json: configHash must be the hash of config and model, ",
    ],
    [
      "race record",
      "networks out of order",
      to("networks.1.index", 2),
      "race.json: networks[1] should have index 1, got 2; the list must be whole and in order.",
    ],
    [
      "race record",
      "a parent that came later",
      to("networks.1.origin.parent", 1),
      "race.json: networks[1].origin.parent must be below 1 (its own index), got 1.",
    ],
    [
      "race record",
      "a hash of another network",
      to("networks.0.hash", "ab".repeat(32)),
      "race.json: networks[0].hash must be the hash of its genotype,",
    ],
    [
      "race record",
      "a score of a training that diverged",
      to("networks.2.results.0.score", 0.5),
      "race.json: networks[2].results[0] must hold a score and what it is made of, or say why the training diverged, got neither or both.",
    ],
    [
      "race record",
      "a winner that is not there",
      to("winner", 3),
      "race.json: winner must be below 3 (the networks that are there), got 3.",
    ],
    [
      "race record",
      "alphas of another space",
      to("fit.alphas.depth", []),
      "race.json: fit.alphas.depth: expected 2 stages, got 0.",
    ],
    [
      "evolution record",
      "a history of null",
      (r) => ({ ...r, history: [null] }),
      "evolution.json: history[0] must be an object, got null.",
    ],
    [
      "evolution record",
      "a history out of order",
      to("history.1.index", 2),
      "evolution.json: history[1] should have index 1, got 2; the list must be whole and in order.",
    ],
    [
      "evolution record",
      "a parent that came later",
      to("history.1.parent", 1),
      "evolution.json: history[1].parent must be below 1 (its own index), got 1.",
    ],
    [
      "evolution record",
      "a best that is not there",
      to("best", 2),
      "evolution.json: best must be below 2 (the architectures that are there), got 2.",
    ],
    [
      "evolution record",
      "an architecture that is none",
      to("history.0.genotype.depth", 3),
      "evolution.json: history[0].genotype.depth: expected a list, got 3.",
    ],
    [
      "evolution record",
      "a space that lacks a setting",
      (r) => void delete r.space.steps,
      "evolution.json: space.steps must be given, got nothing.",
    ],
    [
      "table",
      "rows that are a number",
      (r) => ({ ...r, rows: 5 }),
      "table.json: rows must be a list, got 5.",
    ],
    [
      "table",
      "a row of null",
      (r) => ({ ...r, rows: [null] }),
      "table.json: rows[0] must be an object, got null.",
    ],
    [
      "table",
      "a cell that is a list",
      (r) => ({ ...r, rows: [{ ...r.rows[0], name: [] }] }),
      "table.json: rows[0].name must be a finite number, got [].",
    ],
    [
      "table",
      "a column named as every object has",
      (r) => ({ ...r, columns: [{ name: "toString", unit: null, description: "" }], rows: [{}] }),
      'row 0: "toString" must be text, a finite number, true, false or null, got undefined.',
    ],
    [
      "analysis record",
      "taps of null",
      (r) => ({ ...r, taps: [null] }),
      "analysis.json: taps[0] must be an object, got null.",
    ],
    [
      "analysis record",
      "a cut as text",
      to("structure.minCut.bits", "9"),
      'analysis.json: structure.minCut.bits must be a finite number of at least 0, got "9".',
    ],
    [
      "analysis record",
      "a config that lacks a setting",
      (r) => void delete r.config.gradient.slope,
      "analysis.json: config.gradient.slope must be given, got nothing.",
    ],
    [
      "ablation record",
      "entries of nothing",
      (r) => ({ ...r, entries: [{}] }),
      "ablation.json: entries[0].ablation must be an object, got nothing.",
    ],
    [
      "ablation record",
      "answers of other images",
      to("entries.0.before.images", 99),
      "ablation.json: entries[0].before.correct must be 13 bytes as base64, one bit for each of 99 images, got ",
    ],
    [
      "genotype JSON",
      "nested deeply",
      () => `${"[".repeat(1e5)}`,
      'genotype.json: expected JSON text, got "[[[[',
    ],
    ["model", "an origin that is none", to("origin", 7), "model.json.origin must be an object, got 7."],
    [
      "job of a sweep",
      "a budget as text",
      to("budget.value", "1e5"),
      'job.json: budget.value must be a finite number of at least 0, got "1e5".',
    ],
    [
      "outcome of a job",
      "another status",
      to("status", "fine"),
      'outcome.json: status must be one of "finished", "failed", "diverged", "interrupted", got "fine". The file is damaged or was changed by hand: take a copy of it, or make it anew. Or remove the file to run the job again.',
    ],
    [
      "summary",
      "an accuracy of null",
      to("derivedAccuracy", null),
      "summary.json: derivedAccuracy must be a finite number in [0, 1], got null.",
    ],
    ["published points", "no list", () => "5", "published.json: expected a JSON list of points, got 5."],
    [
      "provenance in a JSON figure",
      "seeds as text",
      to("provenance.seeds", "0"),
      'figure.json: provenance: seeds must be a list, got "0".',
    ],
    [
      "sources in an SVG",
      "seeds as text",
      () => ({ seeds: "0", configHashes: [], recordHashes: [] }),
      'svgMeta: the sources in an SVG document: seeds must be a list, got "0".',
    ],
    ["sources in an SVG", "no JSON", () => "{", "svgMeta: the sources in an SVG document must be JSON ("],
  ])("%s: %s", (name, _what, change, message) => {
    const read = reading(name, change);
    expect(read).toThrow(BarsError);
    expect(read).toThrow(message);
  });

  it("good ones are read as they are", () => {
    for (const name of [
      "search record",
      "training record",
      "evolution record",
      "race record",
      "table",
      "analysis record",
    ]) {
      const reader = readers.get(name);
      for (const seed of reader?.seeds ?? [])
        expect(reader?.read(Buffer.from(seed as string)), name).toEqual(JSON.parse(String(seed)));
    }
  });
});
