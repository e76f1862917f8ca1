import { viewStart } from "../addresses";
import { type Code, type Local, WasmType } from "../code";
import { type Domain, type Expression, type View, wholeView } from "../expression";
import type { KernelLowering } from "../kernelLowering";
import type { Lowering } from "../lowering";
import type { Place } from "../schedule";
import { imageLike } from "./imageKernels";
import { imageOf } from "./operands";

/** Two vectors of channels, of which every second one comes from each. */
const interleaved = [
  [0, 16, 4, 20],
  [8, 24, 12, 28],
];
const apart = [
  [0, 8, 16, 24],
  [4, 12, 20, 28],
];

function shuffle(code: Code, firstBytes: readonly number[]): void {
  code.simd(13).raw(...firstBytes.flatMap((byte) => [byte, byte + 1, byte + 2, byte + 3]));
}

/** Goes over the pixels of dense images, with a pointer for each: `body(pointers, place, four)` at each block of their channels. */
function overPixels(
  { code, image, own }: Place,
  views: readonly View[],
  pixels: number,
  body: (pointers: readonly Local[]) => void,
): void {
  const pointers = views.map((view) => {
    const pointer = code.local();
    viewStart(code, view, image, own);
    code.set(pointer);
    return pointer;
  });
  code.loop(pixels, 1, () => {
    body(pointers);
    for (const [i, pointer] of pointers.entries()) code.advance(pointer, (views[i] as View).pixelStep * 4);
  });
}

/** Where an image lies, without gaps between its rows. */
function denseView(lowering: Lowering, value: Expression, extents: Domain, level: number): View {
  const view = lowering.held(value, extents, level);
  if (view.rowStep === view.pixelStep * extents.columns) return view;
  const copy = wholeView(lowering.image(extents, level));
  lowering.store(value, copy, level);
  return copy;
}

const interleave: KernelLowering = (lowering, call) => {
  const [a, b] = ["a", "b"].map((name) =>
    imageOf(lowering, imageLike(lowering, call.value(name), call.shapeOf(name))),
  ) as [ReturnType<typeof imageOf>, ReturnType<typeof imageOf>];
  const level = Math.max(a.value.level, b.value.level);
  const views = [a, b].map(({ value, extents }) => denseView(lowering, value, extents, level)) as [
    View,
    View,
  ];
  const { rows, columns, channels } = a.extents;
  const extents = { rows, columns, channels: 2 * channels };
  const made = wholeView(lowering.image(extents, level));
  lowering.stage(level).task({
    reads: views.map(({ memory }) => memory),
    writes: [made.memory],
    emit(place) {
      const { code } = place;
      const [left, right] = [code.local(WasmType.v128), code.local(WasmType.v128)];
      overPixels(place, [...views, made], rows * columns, ([x, y, z]) => {
        for (let vector = 0; vector < Math.floor(channels / 4); vector++) {
          code
            .get(x as Local)
            .load(vector * 16)
            .set(left)
            .get(y as Local)
            .load(vector * 16)
            .set(right);
          interleaved.forEach((bytes, half) => {
            code
              .get(z as Local)
              .get(left)
              .get(right);
            shuffle(code, bytes);
            code.store(vector * 32 + half * 16);
          });
        }
        for (let one = channels - (channels % 4); one < channels; one++)
          for (const [i, from] of [x, y].entries())
            code
              .get(z as Local)
              .get(from as Local)
              .loadFloat(one * 4)
              .storeFloat((2 * one + i) * 4);
      });
    },
  });
  return [{ kind: "image", value: lowering.expressions.load(made), extents }];
};

const deinterleave: KernelLowering = (lowering, call) => {
  const x = imageOf(lowering, imageLike(lowering, call.value("x"), call.shapeOf("x")));
  const { level } = x.value;
  const view = denseView(lowering, x.value, x.extents, level);
  const { rows, columns } = x.extents;
  const channels = x.extents.channels / 2;
  const extents = { rows, columns, channels };
  const made = [0, 1].map(() => wholeView(lowering.image(extents, level)));
  lowering.stage(level).task({
    reads: [view.memory],
    writes: made.map(({ memory }) => memory),
    emit(place) {
      const { code } = place;
      const [low, high] = [code.local(WasmType.v128), code.local(WasmType.v128)];
      overPixels(place, [view, ...made], rows * columns, ([z, ...halves]) => {
        for (let vector = 0; vector < Math.floor(channels / 4); vector++) {
          code
            .get(z as Local)
            .load(vector * 32)
            .set(low)
            .get(z as Local)
            .load(vector * 32 + 16)
            .set(high);
          halves.forEach((half, i) => {
            code.get(half).get(low).get(high);
            shuffle(code, apart[i] as readonly number[]);
            code.store(vector * 16);
          });
        }
        for (let one = channels - (channels % 4); one < channels; one++)
          for (const [i, half] of halves.entries())
            code
              .get(half)
              .get(z as Local)
              .loadFloat((2 * one + i) * 4)
              .storeFloat(one * 4);
      });
    },
  });
  return made.map((one) => ({ kind: "image", value: lowering.expressions.load(one), extents }));
};

export const interleaveKernels: Readonly<Record<string, KernelLowering>> = {
  BarsInterleaveChannels: interleave,
  BarsDeinterleaveChannels: deinterleave,
};
