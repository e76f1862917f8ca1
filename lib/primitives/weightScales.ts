const none = () => 0;
const one = () => 1;
const perFilter = (filters: number) => filters;

/** Numbers that scale the binary weights of a convolution of so many filters, by how the weights are binarized. */
export const weightScales = {
  sign: none,
  scale_tensor: one,
  scale_filter: perFilter,
  xnor: perFilter,
  bireal: perFilter,
  irnet: perFilter,
  identity: none,
} as const satisfies Readonly<Record<string, (filters: number) => number>>;

/** How weights are binarized; formulas in `layers/binarizeWeight`. */
export type WeightBinarizer = keyof typeof weightScales;
