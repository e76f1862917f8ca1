import type { Program, Slot, SlotId } from "../program";
import type { FusedStep } from "./fuseSteps";

/** How the engine keeps a slot: bytes from the start of the arena, of a pixel, of a row, of all. */
export interface SlotPlace {
  readonly offset: number;
  readonly pixelBytes: number;
  readonly rowBytes: number;
  readonly bytes: number;
}

const alignment = 64;

/** Places of slots, and the bytes of the arena that holds them. */
export interface SlotPlan {
  /** Undefined for a slot that is never written. */
  readonly places: readonly (SlotPlace | undefined)[];
  readonly bytes: number;
}

/**
 * Bytes of a pixel: real channels in whole groups of four floats (images without gaps), bits in whole bytes of each group of channels.
 */
function pixelBytesOf({ kind, channels, groups }: Slot, isImage: boolean): number {
  if (kind === "bits") return groups * Math.ceil(channels / groups / 8);
  return isImage ? 4 * channels : 16 * Math.ceil(channels / 4);
}

/**
 * Gives every slot a place in one arena. Two slots share bytes where no step needs both: largest first, each at the lowest place that
 * is free while it lives.
 * @param keep no slot shares bytes with another.
 */
export function planSlots(program: Program, steps: readonly FusedStep[], keep: boolean): SlotPlan {
  const lives = livesOf(program, steps);
  const sizes = program.slots.map((slot, id) => {
    const pixelBytes = pixelBytesOf(slot, id === 0);
    const rowBytes = pixelBytes * slot.width;
    return { pixelBytes, rowBytes, bytes: rowBytes * slot.height };
  });
  const bytesOf = (id: SlotId) => sizes[id]?.bytes ?? 0;
  const places: (SlotPlace | undefined)[] = program.slots.map(() => undefined);
  const order = [...lives.keys()].sort((a, b) => bytesOf(b) - bytesOf(a) || a - b);
  let bytes = 0;
  for (const id of order) {
    const life = lives.get(id) as Life;
    const others = order
      .filter((other) => places[other] && (keep || overlap(life, lives.get(other) as Life)))
      .map((other) => places[other] as SlotPlace)
      .sort((a, b) => a.offset - b.offset);
    let offset = 0;
    for (const other of others) {
      if (offset + bytesOf(id) <= other.offset) break;
      offset = Math.max(offset, Math.ceil((other.offset + other.bytes) / alignment) * alignment);
    }
    places[id] = { offset, ...(sizes[id] as Omit<SlotPlace, "offset">) };
    bytes = Math.max(bytes, offset + bytesOf(id));
  }
  return { places, bytes };
}

/** First and last step that needs a slot. */
interface Life {
  readonly from: number;
  readonly to: number;
}

function livesOf(program: Program, steps: readonly FusedStep[]): Map<SlotId, Life> {
  const lives = new Map<SlotId, Life>([[0, { from: -1, to: -1 }]]);
  steps.forEach(({ reads, writes }, at) => {
    for (const slot of [...reads, ...writes]) {
      lives.set(slot, { from: lives.get(slot)?.from ?? at, to: at });
    }
  });
  const logits = lives.get(program.logits);
  lives.set(program.logits, { from: logits?.from ?? -1, to: steps.length });
  return lives;
}

function overlap(a: Life, b: Life): boolean {
  return a.from <= b.to && b.from <= a.to;
}
