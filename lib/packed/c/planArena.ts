import { inputsOf, outputsOf, type Program, type Slot, type SlotId, slotLength } from "../program";

/** Places of slots in one array, in its own entries. */
export interface Arena {
  readonly places: ReadonlyMap<SlotId, number>;
  readonly length: number;
}

/**
 * Places for the slots of one kind in one array, image and logits left out: largest first, each at the lowest place that is free from
 * the step that writes it to the last that reads it.
 */
export function planArena(program: Program, kind: Slot["kind"]): Arena {
  const lives = livesOf(program);
  const lengthOf = (id: SlotId) => slotLength(program.slots[id] as Slot);
  const own = [...lives.keys()].filter(
    (id) => program.slots[id]?.kind === kind && id !== 0 && id !== program.logits,
  );
  const places = new Map<SlotId, number>();
  let length = 0;
  for (const id of own.sort((a, b) => lengthOf(b) - lengthOf(a) || a - b)) {
    const [from, to] = lives.get(id) as Life;
    const taken = [...places]
      .filter(([other]) => {
        const [otherFrom, otherTo] = lives.get(other) as Life;
        return from <= otherTo && otherFrom <= to;
      })
      .map(([other, at]): Life => [at, at + lengthOf(other)])
      .sort(([a], [b]) => a - b);
    let place = 0;
    for (const [start, end] of taken) {
      if (place + lengthOf(id) <= start) break;
      place = Math.max(place, end);
    }
    places.set(id, place);
    length = Math.max(length, place + lengthOf(id));
  }
  return { places, length };
}

/** First and last step that needs a slot. */
type Life = readonly [from: number, to: number];

function livesOf(program: Program): Map<SlotId, Life> {
  const lives = new Map<SlotId, Life>();
  for (const [at, step] of program.steps.entries())
    for (const slot of [...inputsOf(step), ...outputsOf(step)])
      lives.set(slot, [lives.get(slot)?.[0] ?? at, at]);
  return lives;
}
