import {
  OP_BINARY_CONV, OP_CONCAT, OP_DENSE, OP_GLOBAL_POOL, OP_MATCH, OP_POINTWISE, OP_POOL, OP_REAL_CONV, OP_ZEROS, S_OP,
} from "../fields";
import { binaryConv } from "./binaryConv";
import { concat, dense, globalPool, match, pointwise, pool, zeros } from "./maps";
import { realConv } from "./realConv";

/** Rows `from` to `to` of one step. */
export function step(d: usize, arena: usize, scratch: usize, from: i32, to: i32): void {
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
