import { type Slot, slotLength, wordsPerGroup } from "../program";
import type { SlotPlace } from "./planSlots";

/** A slot as the engine keeps it, in whole bytes and vectors, as the program lays it out, in words and without gaps. */
export function readSlot(slot: Slot, place: SlotPlace, bytes: Uint8Array): Float32Array | Uint32Array {
  const pixels = slot.height * slot.width;
  if (slot.kind === "real") {
    const kept = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    const values = new Float32Array(slotLength(slot));
    for (let p = 0; p < pixels; p++) {
      const from = (p * place.pixelBytes) / 4;
      values.set(kept.subarray(from, from + slot.channels), p * slot.channels);
    }
    return values;
  }
  const groupBytes = place.pixelBytes / slot.groups;
  const words = new Uint8Array(4 * slotLength(slot));
  for (let group = 0; group < pixels * slot.groups; group++) {
    const from = group * groupBytes;
    words.set(bytes.subarray(from, from + groupBytes), 4 * group * wordsPerGroup(slot.channels, slot.groups));
  }
  return new Uint32Array(words.buffer);
}
