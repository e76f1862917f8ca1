import { viewStart } from "./addresses";
import type { Code, Local } from "./code";
import type { ArrayMemory, Domain, Expression, View } from "./expression";
import type { Root } from "./root";

/** A number for each memory that a pass reads or writes: the parameter that has its address. */
export interface Memories {
  ofLeaf(leaf: Expression): number;
  ofTarget(root: Root): number;
}

/** What a parameter is of. */
type Used =
  | { readonly kind: "view"; readonly view: View }
  /** An entry of a list; the image's first one where it has `ofImage` entries for each. */
  | {
      readonly kind: "list";
      readonly array: ArrayMemory;
      readonly thread: number;
      readonly entry: number;
      readonly ofImage: number;
    }
  /** Images of the thread that came before, plus one. */
  | { readonly kind: "count" };

/** Where a pass is called: locals with the image's number, the thread's first image, and its own memory. */
export interface Caller {
  readonly image: Local;
  readonly first: Local;
  readonly own: Local;
}

/** The memories of one pass, numbered in the order in which its roots name them, so that passes that do alike are written alike. */
export class PassMemories implements Memories {
  readonly used: Used[] = [];
  /** What tells the code of a pass from that of others. */
  readonly key: string;
  readonly #numbers = new Map<string, number>();

  constructor(
    private readonly domain: Domain,
    roots: readonly Root[],
  ) {
    const seen = new Map<Expression, number>();
    const described = (one: Expression): string => {
      const known = seen.get(one);
      if (known !== undefined) return `#${known}`;
      seen.set(one, seen.size);
      const { op, args, value, view } = one;
      if (op === "number") return Object.is(value, -0) ? "-0" : String(value);
      if (args.length === 0) return `${op}@${this.ofLeaf(one)}${view ? steps(view) : ""}`;
      return `${op}(${args.map(described).join()})`;
    };
    const { rows, columns, channels } = domain;
    const texts = roots.map((root) => {
      const target = `${this.ofTarget(root)}${root.kind === "image" ? steps(root.target) : ""}`;
      return `${root.kind}${root.kind === "sum" && root.adds ? "+" : ""}@${target}=${described(root.value)}`;
    });
    this.key = `${rows}x${columns}x${channels} ${texts.join(" ")}`;
  }

  ofLeaf({ op, view, array, thread = 0, entry = 0 }: Expression): number {
    if (op === "count") return this.#number("count", () => ({ kind: "count" }));
    if (view) return this.#view(view);
    return this.#list(array as ArrayMemory, thread, entry, op === "imageChannel");
  }

  ofTarget(root: Root): number {
    if (root.kind === "image") return this.#view(root.target);
    return this.#list(root.target, 0, 0, root.kind === "mean");
  }

  #view(view: View): number {
    const { memory, origin } = view;
    return this.#number(`image ${memory.id} ${origin}${steps(view)}`, () => ({ kind: "view", view }));
  }

  #list(array: ArrayMemory, thread: number, entry: number, isOfImage: boolean): number {
    const ofImage = isOfImage ? this.domain.channels : 0;
    const key = `list ${array.id} ${thread} ${entry} ${ofImage}`;
    return this.#number(key, () => ({ kind: "list", array, thread, entry, ofImage }));
  }

  #number(key: string, used: () => Used): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.used.length);
    return this.used.push(used()) - 1;
  }

  /** Puts what the pass is called with on the stack. */
  push(code: Code, { image, first, own }: Caller): void {
    for (const used of this.used) {
      if (used.kind === "view") viewStart(code, used.view, image, own);
      else if (used.kind === "count") code.get(image).get(first).raw(0x6b).plus(1);
      else {
        const { array, thread, entry, ofImage } = used;
        if (array.own) code.get(own).plus(array.address + thread * array.threadStep + entry * 4);
        else code.int(array.address + entry * 4);
        if (ofImage > 0)
          code
            .get(image)
            .int(ofImage * 4)
            .mulInt()
            .addInt();
      }
    }
  }
}

const steps = ({ pixelStep, rowStep }: View): string => `/${pixelStep}/${rowStep}`;
