import {
  JOB_ARENA, JOB_COUNT, JOB_IMAGE_BYTES, JOB_IMAGES, JOB_INPUT, JOB_LOGITS, JOB_LOGITS_BYTES, JOB_MODE, JOB_OUTPUT, JOB_STEPS,
  JOB_STEPS_COUNT, JOB_THREADS, MODE_IMAGES, MODE_ROWS, OP_BINARY_CONV, OP_CONCAT, OP_DENSE, OP_GLOBAL_POOL, OP_MATCH, OP_POINTWISE,
  OP_POOL, OP_REAL_CONV, OP_ZEROS, S_OP, S_ROWS, SYNC, SYNC_DONE, SYNC_JOB, SYNC_MET, SYNC_NEXT, SYNC_ROUND,
} from "../fields";
import { binaryConv } from "./binaryConv";
import { copy } from "./bytes";
import { concat, dense, globalPool, match, pointwise, pool, zeros } from "./maps";
import { realConv } from "./realConv";

/**
 * Runs steps on one image. With several threads each computes its share of the rows of every step, and waits for the others.
 * @param steps list of `count` descriptors.
 * @param patient whether this thread may sleep while it waits: a page's own may not.
 */
export function run(
  steps: usize, count: i32, arena: usize, scratch: usize, thread: i32, threads: i32, patient: bool,
): void {
  for (let i = 0; i < count; i++) {
    const d = load<usize>(steps + 4 * i);
    const rows = load<i32>(d, S_ROWS);
    const from = (rows * thread) / threads;
    const to = (rows * (thread + 1)) / threads;
    if (from < to) step(d, arena, scratch, from, to);
    if (threads > 1) meet(threads, patient);
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
      run(steps, count, arena, scratch, 0, 1, patient);
      leave(job, i, arena);
    }
    return;
  }
  const threads = load<i32>(job, JOB_THREADS);
  const shared = load<usize>(job, JOB_ARENA);
  for (let i = 0; i < images; i++) {
    if (thread == 0) enter(job, i, shared);
    meet(threads, patient);
    run(steps, count, shared, scratch, thread, threads, patient);
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

function step(d: usize, arena: usize, scratch: usize, from: i32, to: i32): void {
  switch (load<i32>(d, S_OP)) {
    case OP_BINARY_CONV:
      return binaryConv(d, arena, scratch, from, to);
    case OP_REAL_CONV:
      return realConv(d, arena, scratch, from, to);
    case OP_POOL:
      return pool(d, arena, scratch, from, to);
    case OP_POINTWISE:
      return pointwise(d, arena, scratch, from, to);
    case OP_MATCH:
      return match(d, arena, scratch, from, to);
    case OP_CONCAT:
      return concat(d, arena, from, to);
    case OP_GLOBAL_POOL:
      return globalPool(d, arena);
    case OP_DENSE:
      return dense(d, arena);
    case OP_ZEROS:
      return zeros(d, arena, from, to);
  }
}

/** Turns a thread waits awake before it sleeps: some tens of microseconds. */
const TURNS = 20000;

/** Returns when all threads have come here. */
function meet(threads: i32, patient: bool): void {
  if (threads == 1) return;
  const round = atomic.load<i32>(SYNC, SYNC_ROUND);
  if (atomic.add<i32>(SYNC, 1, SYNC_MET) + 1 == threads) {
    atomic.store<i32>(SYNC, 0, SYNC_MET);
    atomic.add<i32>(SYNC, 1, SYNC_ROUND);
    atomic.notify(SYNC + SYNC_ROUND, threads);
    return;
  }
  for (let turn = 0; atomic.load<i32>(SYNC, SYNC_ROUND) == round; turn++) {
    if (patient && turn > TURNS) atomic.wait<i32>(SYNC + SYNC_ROUND, round, -1);
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
