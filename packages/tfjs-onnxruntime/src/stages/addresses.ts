import type { Code, Local } from "./code";
import type { ArrayMemory, View } from "./expression";

/** Tells walks over lists apart. */
export function listKey({ id }: ArrayMemory, thread = 0): string {
  return `list ${id} ${thread}`;
}

/** Tells walks over images apart. */
export function viewKey({ memory, origin, pixelStep, rowStep }: View): string {
  return `image ${memory.id} ${origin} ${pixelStep} ${rowStep}`;
}

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
