import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { avgPoolDuplicate } from "../../lib/layers/shortcuts";
import { normal, randomKey } from "../../lib/random/randomKey";
import { PartialChannels } from "../../lib/supernet/partialChannels";
import { expectNoLeak } from "../helpers/expectNoLeak";

beforeAll(async () => {
  await startBackend();
});

const partial = new PartialChannels(4);
const x = () => tf.tensor4d(normal(randomKey(0), 2 * 4 * 4 * 8), [2, 4, 4, 8]);
const state = (raw: tf.Tensor4D) => ({ raw, normalized: raw, bits: tf.sign(raw), mask: tf.range(0, 8) });

describe("PartialChannels", () => {
  it("shows operations one channel in K, evenly spread, others for every source node", () => {
    expectNoLeak(() =>
      tf.tidy(() => {
        expect(partial.seen(8)).toBe(2);
        for (const from of [0, 1, 5]) {
          const seen = partial.restrict(state(x()), from);
          expect(seen.raw.shape).toEqual([2, 4, 4, 2]);
          expect([...(seen.mask as tf.Tensor).dataSync()]).toEqual([from % 4, (from % 4) + 4]);
        }
      }),
    );
  });

  it("an operation that is the identity, with what goes by, gives the whole node back", () => {
    expectNoLeak(() =>
      tf.tidy(() => {
        const raw = x();
        const whole = tf.add(
          partial.spread(partial.restrict(state(raw), 2).raw, 2, 1),
          partial.passedBy(raw, 2, 1),
        );
        expect([...whole.dataSync()]).toEqual([...raw.dataSync()]);
      }),
    );
  });

  it("at stride 2 what goes by is pooled and doubled in channels, as the space's free reduction does", () => {
    expectNoLeak(() =>
      tf.tidy(() => {
        const passed = partial.passedBy(x(), 1, 2);
        expect(passed.shape).toEqual([2, 2, 2, 16]);
        const seen = avgPoolDuplicate(partial.restrict(state(x()), 1).raw);
        expect([...tf.add(passed, partial.spread(seen, 1, 2)).dataSync()]).toEqual([
          ...avgPoolDuplicate(x()).dataSync(),
        ]);
        const zeroAt = tf.sum(tf.abs(passed), [0, 1, 2]).dataSync();
        zeroAt.forEach((sum, channel) => expect(sum === 0).toBe(Math.floor(channel / 2) % 4 === 1));
      }),
    );
  });
});
