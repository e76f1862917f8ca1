import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { defaultStrategiesConfig, type EigenvalueStopConfig } from "../../../lib/config/strategiesConfig";
import type { SearchRecord } from "../../../lib/records/searchRecord";
import { eigenvalueStopHooks } from "../../../lib/search/strategies/watchEigenvalue";
import type { ChangingState } from "../../../lib/search/strategyHooks";
import { temporaryFolder } from "../../helpers/tinySearch";

const root = temporaryFolder();
const adapt: EigenvalueStopConfig = {
  ...defaultStrategiesConfig.eigenvalueStop,
  method: "adapt",
  window: 1,
  delta: 4,
  startEpoch: 5,
  maxDecay: 1,
};

/** A search that does nothing but end epochs; its state is where it stands, and the weight decay. */
class BareSearch {
  readonly checkpoint: string;
  readonly state: ChangingState;
  record: Pick<SearchRecord, "configHash" | "backend" | "epochs" | "rollbacks">;
  position = { epoch: 0 };

  constructor(readonly name: string) {
    this.checkpoint = join(root, `${name}.safetensors`);
    this.record = { configHash: "x", backend: {} as never, epochs: [], rollbacks: [] };
    const search = this;
    this.state = {
      weightDecay: 0.01,
      get position() {
        return search.position;
      },
      async save(path) {
        writeFileSync(path, JSON.stringify([search.position, this.weightDecay]));
      },
      restore(path) {
        [search.position, this.weightDecay] = JSON.parse(readFileSync(path, "utf8"));
      },
    };
  }

  /** Ends an epoch with such an eigenvalue. */
  async end(eigenvalue: number, own = adapt): Promise<void> {
    const epochs = [...this.record.epochs, { epoch: this.position.epoch, eigenvalue } as never];
    this.record = { ...this.record, epochs };
    this.position = { epoch: epochs.length };
    const { state, checkpoint } = this;
    const ended = { config: {} as never, state, record: this.record as SearchRecord, checkpoint };
    this.record = { ...this.record, ...(await eigenvalueStopHooks.epochEnd?.(own, ended)) };
  }

  /** Epochs whose states are kept, counted from 0. */
  kept(): number[] {
    const numbers = readdirSync(root).flatMap((file) => {
      const [, number] = new RegExp(`^${this.name}\\.safetensors\\.after-epoch-(\\d+)$`).exec(file) ?? [];
      return number === undefined ? [] : [Number(number) - 1];
    });
    return numbers.sort((a, b) => a - b);
  }
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("going back by the dominant eigenvalue", () => {
  it("goes back again where a second return is due right after a first", async () => {
    const search = new BareSearch("twice");
    for (let epoch = 0; epoch < 10; epoch++) await search.end(1);
    await search.end(2);
    expect(search.position).toEqual({ epoch: 7 });
    // Epoch 7 is no better than what was left; epoch 3 is four before it.
    await search.end(2);
    // Epoch 4 may not go back, epoch 5 may: to epoch 1.
    await search.end(2);
    await search.end(2);
    expect(search.record.rollbacks.map(({ from, to }) => [from, to])).toEqual([
      [10, 6],
      [7, 3],
      [5, 1],
    ]);
    expect(search.record.rollbacks.map(({ weightDecay }) => weightDecay)).toEqual(
      [0.03, 0.09, 0.27].map((value) => expect.closeTo(value, 12)),
    );
    expect(search.state.weightDecay).toBeCloseTo(0.27, 12);
    expect(search.record.epochs).toHaveLength(2);
  });

  it("keeps the states that can be asked for: fewer the fewer returns the weight decay allows, none without", async () => {
    const search = new BareSearch("kept");
    // One return is left, 4 epochs back: after epoch 9 the next is from epoch 10, to epoch 6 at the earliest.
    const once = { ...adapt, maxDecay: 0.02 };
    for (let epoch = 0; epoch < 10; epoch++) await search.end(1, once);
    expect(search.kept()).toEqual([6, 7, 8, 9]);
    await search.end(2, once);
    expect(search.state.weightDecay).toBe(0.02);
    await search.end(9, once);
    expect(search.kept()).toEqual([]);
    expect(search.record.rollbacks).toHaveLength(1);

    const more = new BareSearch("more");
    // 0.01, 0.03, 0.09, 0.27, 0.81, 1: five returns, each 3 epochs before the one before; none ends before epoch 1.
    for (let epoch = 0; epoch < 15; epoch++) await more.end(1);
    expect(more.kept()).toEqual(Array.from({ length: 15 - 1 }, (_, i) => i + 1));
  });

  it("goes on without a state that is missing, and says so once", async () => {
    const said = vi.spyOn(console, "warn").mockImplementation(() => {});
    const search = new BareSearch("missing");
    for (let epoch = 0; epoch < 10; epoch++) await search.end(1);
    for (const epoch of [6, 7]) rmSync(`${search.checkpoint}.after-epoch-${epoch + 1}`);
    await search.end(2);
    await search.end(2);
    expect(search.record.rollbacks).toEqual([]);
    expect(search.record.epochs).toHaveLength(12);
    expect(said.mock.calls).toEqual([
      [
        `search: after epoch 11 the dominant eigenvalue asks for a return to ${search.checkpoint}.after-epoch-7, which is not there (earlier versions kept fewer); the search goes on without it.`,
      ],
    ]);
    expect(existsSync(`${search.checkpoint}.after-epoch-12`)).toBe(true);
    await search.end(2);
    expect(search.record.rollbacks).toEqual([{ from: 12, to: 8, weightDecay: 0.03 }]);
  });
});
