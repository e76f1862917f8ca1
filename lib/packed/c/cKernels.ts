/** The functions of a C file, by what steps ask for. `P` stands for the prefix. All index arithmetic is `long`: 32 bits at least. */
export type CKernel =
  | "ones"
  | "sum"
  | "finish"
  | "set"
  | "real_conv"
  | "conv_real"
  | "conv_bits"
  | "binarize"
  | "pool"
  | "pointwise"
  | "match"
  | "concat"
  | "global_pool"
  | "dense"
  | "zeros";

/** What each needs besides. */
const needs: Readonly<Record<CKernel, readonly CKernel[]>> = {
  ones: [],
  sum: ["ones"],
  finish: [],
  set: [],
  real_conv: ["finish"],
  conv_real: ["sum", "finish"],
  conv_bits: ["sum", "set"],
  binarize: ["set"],
  pool: ["finish"],
  pointwise: ["finish"],
  match: ["finish"],
  concat: [],
  global_pool: [],
  dense: [],
  zeros: [],
};

const texts: Readonly<Record<CKernel, string>> = {
  ones: `static long P_ones(uint32_t v) {
#if defined(__GNUC__) && (defined(__POPCNT__) || defined(__aarch64__))
  return __builtin_popcount(v);
#else
  v = v - ((v >> 1) & 0x55555555u);
  v = (v & 0x33333333u) + ((v >> 2) & 0x33333333u);
  return (long)((((v + (v >> 4)) & 0x0f0f0f0fu) * 0x01010101u) >> 24);
#endif
}`,
  sum: `/* A binary convolution: map of bits in, h x w out. */
typedef struct {
  long in_h, in_w, in_c, out_h, out_w, out_c;
  long kernel, stride, dilation, groups, border, phases, words;
} P_conv;

/* Sum of products of -1 and +1 of one filter at one pixel: bit 0 is +1, bit 1 is -1. */
static long P_sum(const P_conv *p, const uint32_t *bits, const uint32_t *w, long i, long j, long o) {
  const long phase = o % p->phases, group = o / p->phases % p->groups, reach = p->kernel / 2;
  const long pixel = p->groups * p->words;
  long ky, kx, k, taps = 0, unlike = 0;
  w += o * p->kernel * p->kernel * p->words;
  for (ky = 0; ky < p->kernel; ky++) {
    const long y = p->stride * i + phase + (ky - reach) * p->dilation;
    for (kx = 0; kx < p->kernel; kx++, w += p->words) {
      const long x = p->stride * j + phase + (kx - reach) * p->dilation;
      if (y >= 0 && y < p->in_h && x >= 0 && x < p->in_w) {
        const uint32_t *from = bits + (y * p->in_w + x) * pixel + group * p->words;
        for (k = 0; k < p->words; k++) unlike += P_ones(from[k] ^ w[k]);
      } else if (p->border) {
        for (k = 0; k < p->words; k++) unlike += P_ones(w[k]);
      } else {
        continue;
      }
      taps++;
    }
  }
  return taps * (p->in_c / p->groups) - 2 * unlike;
}`,
  finish: `/* What is done to a value before it is written; 0 leaves a part out. */
typedef struct {
  const float *scale, *offset, *residual;
  int activation; /* 0 none, 1 relu, 2 hardtanh, 3 prelu, 4 rprelu */
  const float *slope, *input_shift, *output_shift, *plus;
} P_end;

static float P_finish(const P_end *e, float v, long c, long at) {
  P_EXACT
  if (e->scale) v = v * e->scale[c];
  if (e->offset) v = v + e->offset[c];
  if (e->residual) v = v + e->residual[at];
  if (e->activation == 1) v = v > 0.0f ? v : 0.0f;
  if (e->activation == 2) v = v < -1.0f ? -1.0f : v > 1.0f ? 1.0f : v;
  if (e->activation == 3 && !(v > 0.0f)) v = v * e->slope[c];
  if (e->activation == 4) {
    v = v + e->input_shift[c];
    if (!(v > 0.0f)) v = v * e->slope[c];
    v = v + e->output_shift[c];
  }
  if (e->plus) v = v + e->plus[at];
  return v;
}`,
  set: `/* Marks channel c of a pixel of bits. */
static void P_set(uint32_t *pixel, long c, long groups, long words) {
  const long member = c / groups;
  pixel[c % groups * words + member / 32] |= (uint32_t)1 << member % 32;
}`,
  real_conv: `static void P_real_conv(const float *in, long in_h, long in_w, long in_c, float *out, long h, long w, long out_c,
                        long kernel, long stride, long before, const float *weights, const P_end *end) {
  P_EXACT
  long i, j, o, ky, kx, c;
  for (i = 0; i < h; i++)
    for (j = 0; j < w; j++)
      for (o = 0; o < out_c; o++) {
        const long at = (i * w + j) * out_c + o;
        float sum = 0.0f;
        for (ky = 0; ky < kernel; ky++)
          for (kx = 0; kx < kernel; kx++) {
            const long y = stride * i + ky - before, x = stride * j + kx - before;
            if (y < 0 || y >= in_h || x < 0 || x >= in_w) continue;
            for (c = 0; c < in_c; c++) {
              const float product = in[(y * in_w + x) * in_c + c] * weights[((ky * kernel + kx) * in_c + c) * out_c + o];
              sum = sum + product;
            }
          }
        out[at] = P_finish(end, sum, o, at);
      }
}`,
  conv_real: `static void P_conv_real(const P_conv *p, const uint32_t *bits, const uint32_t *weights, float *out, const P_end *end) {
  long i, j, o, at = 0;
  for (i = 0; i < p->out_h; i++)
    for (j = 0; j < p->out_w; j++)
      for (o = 0; o < p->out_c; o++, at++) out[at] = P_finish(end, (float)P_sum(p, bits, weights, i, j, o), o, at);
}`,
  conv_bits: `/* Signs of a binary convolution, by integer thresholds: bit 1 where flip * n < limit. */
static void P_conv_bits(const P_conv *p, const uint32_t *bits, const uint32_t *weights, uint32_t *out,
                        const int32_t *limits, const int8_t *flips, long groups, long words) {
  long i, j, o, k;
  for (i = 0; i < p->out_h; i++)
    for (j = 0; j < p->out_w; j++, out += groups * words) {
      for (k = 0; k < groups * words; k++) out[k] = 0;
      for (o = 0; o < p->out_c; o++) {
        const long n = P_sum(p, bits, weights, i, j, o);
        if ((flips && flips[o] < 0 ? -n : n) < limits[o]) P_set(out, o, groups, words);
      }
    }
}`,
  binarize: `static void P_binarize(const float *in, long pixels, long channels, uint32_t *out, const float *limits,
                       const int8_t *flips, long groups, long words) {
  long i, c, k;
  for (i = 0; i < pixels; i++, in += channels, out += groups * words) {
    for (k = 0; k < groups * words; k++) out[k] = 0;
    for (c = 0; c < channels; c++)
      if ((flips && flips[c] < 0 ? -in[c] : in[c]) < limits[c]) P_set(out, c, groups, words);
  }
}`,
  pool: `static void P_pool(const float *in, long in_h, long in_w, long in_c, float *out, long h, long w, int largest,
                   long kernel, long stride, long before, long copies, const P_end *end) {
  long i, j, o, ky, kx;
  for (i = 0; i < h; i++)
    for (j = 0; j < w; j++)
      for (o = 0; o < in_c * copies; o++) {
        const long at = (i * w + j) * in_c * copies + o;
        float sum = 0.0f, most = -INFINITY;
        long pixels = 0;
        for (ky = 0; ky < kernel; ky++)
          for (kx = 0; kx < kernel; kx++) {
            const long y = stride * i + ky - before, x = stride * j + kx - before;
            float v;
            if (y < 0 || y >= in_h || x < 0 || x >= in_w) continue;
            v = in[(y * in_w + x) * in_c + o / copies];
            sum = sum + v;
            if (v > most) most = v;
            pixels++;
          }
        out[at] = P_finish(end, largest ? most : sum / (float)pixels, o, at);
      }
}`,
  pointwise: `static void P_pointwise(const float *in, long pixels, long channels, float *out, long copies, const P_end *end) {
  long i, o, at = 0;
  for (i = 0; i < pixels; i++)
    for (o = 0; o < channels; o++, at++) out[at] = P_finish(end, in[i * (channels / copies) + o / copies], o, at);
}`,
  match: `static void P_match(const float *in, long pixels, long nodes, long from, long to, float *out, const P_end *end) {
  long i, o, at = 0;
  for (i = 0; i < pixels; i++)
    for (o = 0; o < nodes * to; o++, at++)
      out[at] = P_finish(end, o % to < from ? in[i * nodes * from + o / to * from + o % to] : 0.0f, o, at);
}`,
  concat: `static void P_concat(const float *in, long pixels, long channels, float *out, long first, long all) {
  long i, c;
  for (i = 0; i < pixels; i++)
    for (c = 0; c < channels; c++) out[i * all + first + c] = in[i * channels + c];
}`,
  global_pool: `static void P_global_pool(const float *in, long pixels, long channels, float *out) {
  long i, c;
  for (c = 0; c < channels; c++) {
    float sum = 0.0f;
    for (i = 0; i < pixels; i++) sum = sum + in[i * channels + c];
    out[c] = sum / (float)pixels;
  }
}`,
  dense: `static void P_dense(const float *in, long features, float *out, long outputs, const float *weights, const float *bias) {
  P_EXACT
  long f, o;
  for (o = 0; o < outputs; o++) {
    float sum = 0.0f;
    for (f = 0; f < features; f++) {
      const float product = in[f] * weights[f * outputs + o];
      sum = sum + product;
    }
    out[o] = sum + bias[o];
  }
}`,
  zeros: `static void P_zeros(float *out, long length) {
  long i;
  for (i = 0; i < length; i++) out[i] = 0.0f;
}`,
};

/** The functions that are asked for, and what they need, in an order in which C knows each before it is called. */
export function kernelTexts(asked: ReadonlySet<CKernel>, prefix: string): string {
  const all = new Set<CKernel>();
  const add = (kernel: CKernel): void => {
    for (const other of needs[kernel]) add(other);
    all.add(kernel);
  };
  for (const kernel of asked) add(kernel);
  return [...all].map((kernel) => texts[kernel].replaceAll(/\bP_/g, `${prefix}_`)).join("\n\n");
}
