import { dirname } from "node:path";
import { readSummary } from "../../lib/derive/summaryFile";
import { readProvenance, texProvenance } from "../../lib/figures/export/provenanceFile";
import { asciiJson } from "../../lib/figures/export/svgProvenance";
import type { Provenance } from "../../lib/figures/frame/provenance";
import { svgMeta } from "../../lib/figures/frame/svgMeta";
import { readPublishedPoints } from "../../lib/frontier/publishedFile";
import { readOutcome } from "../../lib/sweep/jobFolder";
import { jobId, readJob } from "../../lib/sweep/sweepJob";
import { tinySearch } from "../helpers/tinySearch";
import type { FuzzReader } from "./fuzz";
import type { PutFile } from "./readers";

const hash = "ab".repeat(32);
const time = "2026-01-02T03:04:05.000Z";
const steps = [{ step: "search" as const, config: tinySearch() }];

const job = {
  ...{ kind: "bars.sweep-job", schema: 1, id: jobId(steps), name: "a-s0", sweep: "s", run: "a" },
  ...{ stage: "search", seed: 0, budget: { measure: "bops", value: 1e5 } },
  ...{ grid: { "search.batchSize": 8 }, steps, search: "runs/b" },
};

const outcome = {
  ...{ kind: "bars.sweep-outcome", schema: 1, job: hash, status: "finished", step: "train", detail: "none" },
  ...{ startedAt: time, endedAt: time, host: "here", pid: 7 },
  record: { path: "train/record.json", configHash: hash },
  budget: { measure: "bops", asked: 1e5, got: 9e4, met: true },
};

const summary = {
  ...{ genotypeHash: hash, cells: ["cell 0: skip_connect(0→1)"], depth: [1, 1], width: [0.5, 1] },
  ...{ flops: 10, bops: 640, ops: 20, realParams: 3, binaryParams: 4 },
  ...{ supernetAccuracy: 0.5, derivedAccuracy: 0.25, accuracyImages: "16 test images", dataset: "synthetic" },
  ...{ note: "", backend: "wasm", seed: 0, epochs: 3, seconds: 1.5 },
};

const published = [
  { name: "one", ops: 1e8, accuracy: 0.92, source: "arXiv:1", convention: "mac" },
  { name: "two", flops: 1e6, bops: 1e9, accuracy: 0.9, source: "arXiv:2", convention: "mac" },
];

const sources = { configHashes: [hash], seeds: [0, 1], recordHashes: [hash] };
const provenance: Provenance = {
  ...{ kind: "bars.provenance", schema: 1, title: "A figure", ...sources },
  ...{ gitCommit: "c0ffee", gitChanged: false, bars: "0.1.0", command: "node draw.js" },
};
const provenanceNotes = { nullable: /^(gitCommit|gitChanged|command)$/, names: /^(kind|schema)$/ };

/** Readers of what a sweep, an export and the summary leave, and of published points. */
export function storedReaders(put: PutFile): FuzzReader[] {
  const svg = (input: Buffer) => `<svg xmlns="x"><metadata id="bars-sources">${input}</metadata></svg>`;
  return [
    {
      name: "job of a sweep",
      form: "json",
      seeds: [JSON.stringify(job)],
      read: (input) => readJob(put("job.json", input)),
      notes: {
        names: /^(kind|schema|stage|budget\.measure)$/,
        nullable: /^budget$/,
        // The paths of a grid are words for people; that they are as they were written, the file's hash says.
        optional: /^(search$|grid\.)/,
        whole: /^seed$/,
        free: /^grid\./,
        fixed: /^steps$/,
      },
      free: /^grid$/,
    },
    {
      name: "outcome of a job",
      form: "json",
      seeds: [JSON.stringify(outcome)],
      // One of another job is passed over.
      read: (input) => readOutcome(dirname(put("outcome.json", input)), hash) ?? outcome,
      notes: { nullable: /^(step|detail|record|budget)$/, names: /^(kind|schema|status)$/, whole: /^pid$/ },
    },
    {
      name: "summary",
      form: "json",
      seeds: [JSON.stringify(summary)],
      read: (input) => readSummary(put("summary.json", input)),
      notes: { whole: /^(epochs|depth\.\*|realParams|binaryParams)$/, shares: /Accuracy$/ },
    },
    {
      name: "published points",
      form: "json",
      seeds: [JSON.stringify(published)],
      read: (input) => readPublishedPoints(put("published.json", input)),
      notes: {
        nullable: /^\*\.(ops|flops|bops)$/,
        names: /convention$/,
        shares: /accuracy$/,
      },
    },
    {
      name: "provenance in a JSON figure",
      form: "json",
      seeds: [JSON.stringify({ data: [], layout: {}, provenance })],
      read: (input) => readProvenance(put("figure.json", input)),
      notes: provenanceNotes,
      free: /^(|data.*|layout.*)$/,
    },
    {
      name: "provenance in TeX",
      form: "json",
      seeds: [asciiJson(provenance)],
      read: (input) =>
        readProvenance(
          put(
            "figure.tex",
            Buffer.concat([Buffer.from(texProvenance(provenance).split("{")[0] as string), input]),
          ),
        ),
      notes: provenanceNotes,
    },
    {
      name: "sources in an SVG",
      form: "json",
      seeds: [JSON.stringify(sources)],
      read: (input) => svgMeta(svg(input)).sources,
    },
  ];
}
