import { type Code, type Local, WasmType } from "../code";
import type { ArrayMemory } from "../expression";
import type { Lowering } from "../lowering";
import type { Place } from "../schedule";

/** A task over lists, whose addresses it gets as pointers. */
export function listTask(
  lowering: Lowering,
  reads: readonly ArrayMemory[],
  length: number,
  emit: (code: Code, pointers: readonly Local[], place: Place) => void,
): ArrayMemory {
  const level = Math.max(...reads.map((array) => array.level));
  const made = lowering.array(length, level);
  lowering.global(level).task({
    reads,
    writes: [made],
    emit(place) {
      const { code } = place;
      const pointers = [...reads, made].map(({ own, address }) => {
        const pointer = code.local();
        (own ? code.get(place.own).plus(address) : code.int(address)).set(pointer);
        return pointer;
      });
      emit(code, pointers, place);
    },
  });
  return made;
}

/** Largest entry of a row, and the sum of `exp(x − largest)`. */
export function rowStatistics(place: Place, row: Local, columns: number): { most: Local; total: Local } {
  const { code, module } = place;
  const [most, total] = [code.local(WasmType.f32), code.local(WasmType.f64)];
  const [column, at] = [code.local(), code.local()];
  code.get(row).loadFloat().set(most).get(row).set(at).int(0).set(column);
  code.repeat(column, columns, 1, () => {
    // The larger of two numbers, or NaN.
    code.get(most).get(at).loadFloat().raw(0x97).set(most).advance(at, 4);
  });
  code.raw(0x44, 0, 0, 0, 0, 0, 0, 0, 0).set(total).get(row).set(at).int(0).set(column);
  code.repeat(column, columns, 1, () => {
    code.get(total).get(at).loadFloat().get(most).floatOp("sub", false).raw(0xbb).call(module.outside("exp"));
    code.raw(0xa0).set(total).advance(at, 4);
  });
  return { most, total };
}
