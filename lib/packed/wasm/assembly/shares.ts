import { S_ROWS, SHARE_BYTES, SHARE_NEXT } from "../fields";
import { meet } from "./meet";
import { step } from "./step";

/*
 * How threads share the rows of a step. Each begins with an equal range, so that it mostly reads what it wrote itself, and takes half
 * of what is left of it at a time; who is done takes half of what another has left, from its end. A thread whose processor is slowed
 * down by something else so holds the others up by a row at most. A range is one 64-bit integer, the end above the start.
 */

/** Runs a list of `count` steps on one image together with the other threads, which all call this. */
export function runShared(
  steps: usize, count: i32, arena: usize, scratch: usize, thread: i32, threads: i32, shares: usize, patient: bool,
): void {
  // Ranges of one step and of the next by turns: the next are dealt before a meeting, so that nobody finds them undealt.
  let now: usize = 0;
  if (count > 0) deal(shares, load<usize>(steps), thread, threads);
  meet(threads, patient);
  for (let i = 0; i < count; i++) {
    const next = SHARE_NEXT - now;
    if (i + 1 < count) deal(shares + next, load<usize>(steps + 4 * (i + 1)), thread, threads);
    const d = load<usize>(steps + 4 * i);
    for (let other = 0; other < threads; other++) {
      let whose = thread + other;
      if (whose >= threads) whose -= threads;
      take(shares + whose * SHARE_BYTES + now, other == 0, d, arena, scratch);
    }
    meet(threads, patient);
    now = next;
  }
}

/** A thread's own range of the rows of a step. */
@inline function deal(shares: usize, d: usize, thread: i32, threads: i32): void {
  const rows = load<i32>(d, S_ROWS);
  const from = (rows * thread) / threads;
  const to = (rows * (thread + 1)) / threads;
  atomic.store<u64>(shares + thread * SHARE_BYTES, ((<u64>to) << 32) | <u64>from);
}

/** Does rows of a range until none are left. @param own from its start, else from its end. */
function take(range: usize, own: bool, d: usize, arena: usize, scratch: usize): void {
  for (;;) {
    const found = atomic.load<u64>(range);
    const from = <i32>found;
    const to = <i32>(found >> 32);
    if (from >= to) return;
    const half = (to - from + 1) >> 1;
    const start = own ? from : to - half;
    const rest = own ? ((<u64>to) << 32) | <u64>(from + half) : ((<u64>start) << 32) | <u64>from;
    if (atomic.cmpxchg<u64>(range, found, rest) == found) step(d, arena, scratch, start, start + half);
  }
}
