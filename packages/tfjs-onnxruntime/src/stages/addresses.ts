import type { Code, Local } from "./code";
import type { View } from "./expression";

/** Pushes the address of a view's first number. */
export function viewStart(code: Code, { memory, origin }: View, image: Local, own: Local): void {
  if (memory.whole)
    code
      .get(image)
      .int(memory.bytes)
      .mulInt()
      .plus(memory.address + origin * 4);
  else code.get(own).plus(memory.address + origin * 4);
}
