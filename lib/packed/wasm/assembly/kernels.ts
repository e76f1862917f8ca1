import {
  JOB_ARENA, JOB_COUNT, JOB_IMAGE_BYTES, JOB_IMAGES, JOB_INPUT, JOB_LOGITS, JOB_LOGITS_BYTES, JOB_MODE, JOB_OUTPUT, JOB_SHARES, JOB_STEPS,
  JOB_STEPS_COUNT, JOB_THREADS, MODE_IMAGES, MODE_ROWS, S_ROWS, SYNC, SYNC_DONE, SYNC_JOB, SYNC_NEXT,
} from "../fields";
import { copy } from "./bytes";
import { TURNS } from "./meet";
import { runShared } from "./shares";
import { step } from "./step";

/** Runs a list of `count` steps on one image, by itself. */
export function run(steps: usize, count: i32, arena: usize, scratch: usize): void {
  for (let i = 0; i < count; i++) {
    const d = load<usize>(steps + 4 * i);
    step(d, arena, scratch, 0, load<i32>(d, S_ROWS));
  }
}

/**
 * One thread's part of a job. By images: takes one after the other until none is left. By rows: all threads work on the same image, in
 * the arena of the first.
 */
export function work(job: usize, thread: i32, arena: usize, scratch: usize, patient: bool): void {
  const images = load<i32>(job, JOB_COUNT);
  const steps = load<usize>(job, JOB_STEPS);
  const count = load<i32>(job, JOB_STEPS_COUNT);
  if (load<i32>(job, JOB_MODE) == MODE_IMAGES) {
    for (let i = atomic.add<i32>(SYNC, 1, SYNC_NEXT); i < images; i = atomic.add<i32>(SYNC, 1, SYNC_NEXT)) {
      enter(job, i, arena);
      run(steps, count, arena, scratch);
      leave(job, i, arena);
    }
    return;
  }
  const threads = load<i32>(job, JOB_THREADS);
  const shared = load<usize>(job, JOB_ARENA);
  const shares = load<usize>(job, JOB_SHARES);
  for (let i = 0; i < images; i++) {
    if (thread == 0) enter(job, i, shared);
    runShared(steps, count, shared, scratch, thread, threads, shares, patient);
    if (thread == 0) leave(job, i, shared);
  }
}

@inline function enter(job: usize, image: i32, arena: usize): void {
  const bytes = load<usize>(job, JOB_IMAGE_BYTES);
  copy(arena + load<u32>(job, JOB_INPUT), load<usize>(job, JOB_IMAGES) + image * bytes, bytes);
}

@inline function leave(job: usize, image: i32, arena: usize): void {
  const bytes = load<usize>(job, JOB_LOGITS_BYTES);
  copy(load<usize>(job, JOB_LOGITS) + image * bytes, arena + load<u32>(job, JOB_OUTPUT), bytes);
}

/** A thread beside the first: does its part of every job until one says stop. */
export function serve(job: usize, thread: i32, arena: usize, scratch: usize): void {
  let seen = 0;
  for (;;) {
    for (let turn = 0; atomic.load<i32>(SYNC, SYNC_JOB) == seen; turn++) {
      if (turn > TURNS) atomic.wait<i32>(SYNC + SYNC_JOB, seen, -1);
    }
    seen = atomic.load<i32>(SYNC, SYNC_JOB);
    const mode = load<i32>(job, JOB_MODE);
    if (mode != MODE_IMAGES && mode != MODE_ROWS) return;
    work(job, thread, arena, scratch, true);
    atomic.add<i32>(SYNC, 1, SYNC_DONE);
    atomic.notify(SYNC + SYNC_DONE, 1);
  }
}

/** The first thread: begins a job, does its part, and returns when all have done theirs. */
export function command(job: usize, arena: usize, scratch: usize, patient: bool): void {
  const others = load<i32>(job, JOB_THREADS) - 1;
  atomic.store<i32>(SYNC, 0, SYNC_NEXT);
  atomic.store<i32>(SYNC, 0, SYNC_DONE);
  if (others > 0) {
    atomic.add<i32>(SYNC, 1, SYNC_JOB);
    atomic.notify(SYNC + SYNC_JOB, others);
  }
  const mode = load<i32>(job, JOB_MODE);
  if (mode != MODE_IMAGES && mode != MODE_ROWS) return;
  work(job, 0, arena, scratch, patient);
  for (let turn = 0; atomic.load<i32>(SYNC, SYNC_DONE) < others; turn++) {
    const done = atomic.load<i32>(SYNC, SYNC_DONE);
    if (patient && turn > TURNS && done < others) atomic.wait<i32>(SYNC + SYNC_DONE, done, -1);
  }
}

/**
 * Popcounts of `16 · turns` words that are in registers, each with a logical operation before and an addition after it: the most that a
 * scalar kernel can reach.
 */
export function countRate(turns: i32, seed: u64): u64 {
  let a = seed, b = seed + 1, c = seed + 2, d = seed + 3;
  let e: u64 = 0, f: u64 = 0, g: u64 = 0, h: u64 = 0;
  for (let i = 0; i < turns; i++) {
    const w = <u64>i;
    e += popcnt(a ^ w);
    f += popcnt(b ^ w);
    g += popcnt(c ^ w);
    h += popcnt(d ^ w);
    e += popcnt(a & w);
    f += popcnt(b & w);
    g += popcnt(c & w);
    h += popcnt(d & w);
    e += popcnt(a | w);
    f += popcnt(b | w);
    g += popcnt(c | w);
    h += popcnt(d | w);
    e += popcnt(a + w);
    f += popcnt(b + w);
    g += popcnt(c + w);
    h += popcnt(d + w);
  }
  return e + f + g + h;
}
