import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { withAssignment } from "../../lib/cli/overrides";
import type { Overrides } from "../../lib/config/check";
import { type RaceConfig, racePresetConfig } from "../../lib/config/raceConfig";
import { frontierPlan } from "../../lib/experiments/frontierPlan";
import { readRaceRecord } from "../../lib/records/raceRecordFile";

const program = `
import { costIn, drawnInside } from "./scripts/frontier/draws.mjs";
import { bands } from "./scripts/frontier/protocol.mjs";
import { activated, headlineLimits, widened } from "./scripts/frontier/headline.mjs";
import { allUnits } from "./scripts/frontier/units.mjs";
import { bars } from "./scripts/frontier/library.mjs";
const drawn = Object.entries(bands).map(([name, band]) => {
  const draws = drawnInside(band);
  const hashes = new Set(draws.map((one) => bars.space.genotypeHash(bars.space.canonicalGenotype(one))));
  return { name, low: band.low, high: band.high, different: hashes.size, costs: draws.map((one) => costIn(one, band.measure)) };
});
const units = allUnits().map(({ id, command, sameAs }) => ({ id, command, sameAs }));
const limits = headlineLimits();
const wide = drawnInside(bands.C).map((one) => {
  const { space, width } = widened(one, limits);
  const costs = [space.initChannels, 2 * space.initChannels].map((initChannels) => {
    const genotype = bars.space.genotype(bars.space.spaceConfig({ ...space, initChannels }), { ...one, space: undefined });
    return bars.cost.totalCost(genotype);
  });
  return { same: width.join() === one.width.join(), wider: space.initChannels > one.space.initChannels, costs };
});
const [plain] = drawnInside(bands.C);
const { space, ...choice } = activated(plain);
const { headActivation, ...others } = space;
const own = [headActivation, JSON.stringify([others, choice]) === JSON.stringify([plain.space, { ...plain, space: undefined }])];
console.log(JSON.stringify({ drawn, units, limits, wide, own }));
`;

interface Work {
  readonly bops: number;
  readonly flops: number;
}

interface Said {
  readonly drawn: readonly {
    readonly name: string;
    readonly low: number;
    readonly high: number;
    readonly different: number;
    readonly costs: readonly number[];
  }[];
  readonly limits: Work;
  readonly wide: readonly { readonly same: boolean; readonly wider: boolean; readonly costs: [Work, Work] }[];
  /** What the head has in version 4, and whether all else is the winner's. */
  readonly own: readonly [string, boolean];
  readonly units: readonly { readonly id: string; readonly command: string[]; readonly sameAs?: string }[];
}

it("the comparison's bands hold their twelve draws, and its units are those of the protocol", () => {
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  const { drawn, units, limits, wide, own } = JSON.parse(stdout) as Said;
  expect(drawn.map(({ name, low, high }) => [name, low, high])).toEqual([
    ["A", 2.4e6, 3e6],
    ["B", 6e6, 7.5e6],
    ["C", 1.4e5, 1.7e5],
    ["D", 1.4e5, 1.7e5],
    ["E", 1.4e5, 1.7e5],
    ["F", 6e6, 7.5e6],
  ]);
  for (const { low, high, different, costs } of drawn) {
    expect([different, costs.length]).toEqual([12, 12]);
    for (const cost of costs) expect(cost >= low && cost <= high, `${cost}`).toBe(true);
  }
  expect(limits).toEqual({ bops: (40_108_032 * 2) / 3, flops: 705_152 });
  const fits = ({ bops, flops }: Work) => bops <= limits.bops && flops <= limits.flops;
  for (const { same, wider, costs } of wide)
    expect([same, wider, ...costs.map(fits)]).toEqual([true, true, true, false]);
  expect(own).toEqual(["bn_relu", true]);
  const ids = units.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  // Three arms of three searches with three trainings, 12 draws, 3 by hand; in A the earlier network and 5 long ones.
  const count = (band: string) => ids.filter((id) => id.startsWith(`${band}/`)).length;
  expect(["A", "B", "C"].map(count)).toEqual([59, 51, 51]);
  // What decides alone: three races with three trainings; draws and the network made by hand are those of bands C and A.
  expect(count("D")).toBe(27);
  // The same, and the network made by hand with the others' blocks.
  expect(["E", "F"].map(count)).toEqual([30, 30]);
  const taken = units.filter(({ id, sameAs }) => id.startsWith("D/") && sameAs !== undefined);
  expect(taken.map(({ id, sameAs }) => [id.slice(1), sameAs?.slice(1)])).toEqual(
    taken.map(({ id }) => [id.slice(1), id.slice(1)]),
  );
  const from = (band: string) => taken.filter(({ sameAs }) => sameAs?.startsWith(`${band}/`)).length;
  expect([from("A"), from("C")]).toEqual([3, 12]);
  expect(taken.every(({ sameAs }) => ids.includes(sameAs as string))).toBe(true);
  expect(ids.filter((id) => id.includes("24epochs"))).toEqual([
    "A/race-0-winner-s100-24epochs",
    "A/draw-00-s100-24epochs",
    "A/draw-01-s100-24epochs",
    "A/draw-02-s100-24epochs",
    "A/hand-made-s100-24epochs",
  ]);
  // What decides comes before what is reported beside it.
  const last = (part: string) => ids.findLastIndex((id) => id.startsWith(part));
  expect(last("B/race-2")).toBeLessThan(ids.indexOf("A/random-race-0"));
  expect(last("H/")).toBeLessThan(ids.indexOf("A/differentiable-0"));
  const pair = (band: string, seed: number) =>
    [band === "R" ? "race-2-winner" : "activated-race-1-winner", "hand-made"].map(
      (arm) => `${band}/${arm}-s${seed}-60epochs`,
    );
  expect(ids.filter((id) => /^[HLR]\//.test(id))).toEqual([
    "H/race-1",
    ...pair("H", 100),
    "R/race-2",
    ...pair("R", 100),
    "R/hand-made-reactnet-s100-60epochs",
    ...pair("L", 100),
    ...["H", "R", "L"].flatMap((band) => [101, 102].flatMap((seed) => pair(band, seed))),
    "H/race-1-winner-s100-60epochs",
    "H/race-0-winner-s100-60epochs",
  ]);
  for (const { band, chosen, epochs } of frontierPlan.headlines)
    expect(ids).toContain(`${band}/${chosen.replace(", seed ", "-")}-winner-s100-${epochs}epochs`);
  const copied = units.filter(({ id }) => id.startsWith("R/hand-made-s"));
  expect(copied.map(({ sameAs }) => sameAs)).toEqual(copied.map(({ id }) => id.replace("R/", "H/")));
  const words = (id: string) => units.find((unit) => unit.id === id)?.command.slice(0, -2) as string[];
  // Band E is band D with other blocks and heads, for all but the network made by hand.
  const sets = (id: string) =>
    (units.find((unit) => unit.id === id)?.command ?? []).flatMap((word, i, all) =>
      all[i - 1] === "--set" ? [word.replace(/^(train\.)?binarization/, "binarization")] : [],
    );
  const blocks = sets("R/race-2-winner-s100-60epochs");
  expect(blocks).toHaveLength(4);
  expect([...sets("E/race-1")].sort()).toEqual(
    [...sets("D/race-1"), ...blocks, 'space.headActivation="bn_relu"'].sort(),
  );
  for (const arm of ["race-1-winner", "draw-03"]) expect(sets(`E/${arm}-s100`)).toEqual(blocks);
  // Band F is band B by band E's races and in its blocks.
  for (const arm of ["race-1-winner", "draw-03"]) expect(sets(`F/${arm}-s100`)).toEqual(blocks);
  const bounds = /^(band|space)\./;
  const [raceB, raceE, raceF] = ["B", "E", "F"].map((band) => sets(`${band}/race-1`)) as [
    string[],
    string[],
    string[],
  ];
  expect(raceF.filter((set) => bounds.test(set))).toEqual(raceB.filter((set) => bounds.test(set)));
  expect(raceF.filter((set) => !bounds.test(set))).toEqual(raceE.filter((set) => !bounds.test(set)));
  const [handF, controlF] = ["hand-made", "hand-made-reactnet"].map((arm) =>
    units.find(({ id }) => id === `F/${arm}-s101`),
  );
  expect([handF?.sameAs, controlF?.sameAs]).toEqual(["B/hand-made-s101", undefined]);
  const hand = (arm: string) => units.find(({ id }) => id === `E/${arm}-s101`);
  expect(hand("hand-made")?.sameAs).toBe("A/hand-made-s101");
  expect([hand("hand-made-reactnet")?.sameAs, sets("E/hand-made-reactnet-s101")]).toEqual([undefined, []]);
  // The control of version 6 differs from the hand-made network in its blocks alone.
  expect(words("R/hand-made-reactnet-s100-60epochs")).toEqual(
    words("H/hand-made-s100-60epochs").map((word) => word.replace(/^resnet20-bireal$/, "resnet20-reactnet")),
  );
  // Version 5 trains the networks of version 4, with one setting more.
  for (const [i, id] of pair("L", 100).entries())
    expect(words(id)).toEqual([...words(pair("H", 100)[i] as string), "--set", "optimizer.latentBound=1"]);
  const given = units.filter(({ id }) => id.startsWith("C/hand-made"));
  expect(given.map(({ sameAs }) => sameAs)).toEqual(given.map(({ id }) => id.replace("C/", "A/")));
  expect(given.every(({ sameAs }) => ids.includes(sameAs as string))).toBe(true);
  const commandOf = (id: string) => units.find((unit) => unit.id === id)?.command as string[];
  // Continued and repeated races are those of the stored one.
  const settings = commandOf("A/race-0").flatMap((part, i, all) => (all[i - 1] === "--set" ? [part] : []));
  const overrides = settings.reduce<Overrides<RaceConfig>>(withAssignment, {});
  const { config } = readRaceRecord("data/records/protocol/A-race-0.json");
  expect(racePresetConfig("laptop", overrides)).toEqual(config);
  const race = (id: string) => commandOf(id).join(" ");
  expect(race("D/race-0")).toContain(
    '--set rungs.networks=64 --set rungs.keep=[16,6,4,4] --set rungs.seeds=own --set rungs.again=2 --set space.extraStem="copies"',
  );
  expect(race("C/race-0")).toContain(
    '--set rungs.keep=[32,12,4,2] --set space.extraStem="copies" --set space.widthChoices=[0.125,0.1875,0.25,0.5,0.75,1]',
  );
  expect(race("C/race-0")).toContain(
    "--set band.measure=ops --set band.atLeast=140000 --set band.atMost=170000",
  );
  expect(race("H/race-1")).toContain(
    "--set space.widthChoices=[0.3333333333333333,0.6666666666666666,1] --set space.initChannels=24",
  );
  expect(race("C/race-0")).not.toContain("initChannels");
  expect(race("A/race-1")).not.toContain("space.");
  expect(race("A/random-race-1")).toContain("proposals.random=96");
  expect(race("B/race-2")).toContain(
    "proposals.random=32 --set rungs.networks=64 --set rungs.keep=[16,6,3,2]",
  );
  expect(race("B/race-2")).toContain('--set space.headActivation="bn_relu" --out');
  expect(race("B/random-race-0")).toContain("proposals.random=64 --set rungs.networks=64");
});
