import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { startBackend } from "../../lib/backend";
import { loadTrainRecords } from "../../lib/experiments/loadTrainRecords";
import { trainComparison } from "../../lib/experiments/trainComparison";
import { trainNetworks } from "../../lib/experiments/trainNetworks";
import { temporaryFolder } from "../helpers/tinySearch";
import { tinyModel, tinyTraining } from "../helpers/tinyTraining";

const root = temporaryFolder();
beforeAll(async () => {
  await startBackend();
});

it("trains networks side by side, repeats nothing, and their records are found and compared", async () => {
  const config = tinyTraining({
    epochs: 1,
    seed: 2,
    data: { dataset: "synthetic", trainImages: 16, testImages: 10 },
  });
  const models = [tinyModel("a"), tinyModel("b")];
  const directory = join(root, "runs");
  const records = await trainNetworks(models, config, { directory });
  expect(await trainNetworks(models, config, { directory })).toEqual(records);
  mkdirSync(join(directory, "teacher"));
  writeFileSync(join(directory, "teacher/record.json"), JSON.stringify(records[0]));
  writeFileSync(join(directory, "other.json"), JSON.stringify({ kind: "something else" }));
  const found = loadTrainRecords([join(root, "nowhere"), directory]);
  expect(found.map(({ place }) => place)).toEqual(
    ["a", "b"].map((name) => join(directory, `${name}-seed2`, "record.json")),
  );
  expect(found.map(({ record }) => record)).toEqual(records);
  const [row] = trainComparison(records);
  expect(row).toMatchObject({
    network: "a",
    method: "by hand",
    seed: 2,
    bops: records[0]?.cost.bops,
    testAccuracy: records[0]?.tests[0]?.accuracy,
    testImages: 10,
    epochs: 1,
  });
});

it("refuses two networks of one name, and folders without records", async () => {
  const two = trainNetworks([tinyModel("a"), tinyModel("a")], tinyTraining(), { directory: root });
  await expect(two).rejects.toThrow(
    'trainNetworks: two networks are called "a"; their runs would share a folder. Give each a name of its own.',
  );
  expect(() => loadTrainRecords(["nowhere", "none"])).toThrow(
    "nowhere, none: expected training records, found none. Train networks first (notebook 04, bars train or bars sweep run), or give the folder they are in.",
  );
});
