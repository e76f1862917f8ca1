// Convolutions between images that lie pixel by pixel, and the gradients of their kernels, with vectors of eight floats.
#pragma once
#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <vector>

/** Loops over registers must be gone before the compiler gives registers to arrays. */
#define UNROLLED _Pragma("GCC unroll 16")

namespace bars {

struct Tap {
  int32_t x;
  int32_t w;
};

/** Neighbouring numbers of the image that meet neighbouring rows of the kernel. */
struct Run {
  int32_t x;
  int32_t w;
  int32_t length;
};

/** Steps count numbers: from one pixel of the result to the next, and from row to row. */
struct Shape {
  int32_t rows, columns, inputs, outputs, xStep, xRow, yStep, yRow;
  std::vector<Tap> taps;
  std::vector<Run> runs;
};

/** Vectors of eight, or of four, floats. */
struct Eight {
  using Type = __m256;
  static constexpr int width = 8;
  static Type zero() { return _mm256_setzero_ps(); }
  static Type load(const float* at) { return _mm256_loadu_ps(at); }
  static Type fill(const float* at) { return _mm256_broadcast_ss(at); }
  static Type product(Type a, Type b, Type sum) { return _mm256_fmadd_ps(a, b, sum); }
  static Type sum(Type a, Type b) { return _mm256_add_ps(a, b); }
  static void store(float* at, Type value) { _mm256_storeu_ps(at, value); }
};

/** Four floats of which the first `count` are written; what is read behind them does not matter. */
template <int count>
struct UpToFour {
  using Type = __m128;
  static constexpr int width = 4;
  static Type zero() { return _mm_setzero_ps(); }
  static Type load(const float* at) { return _mm_loadu_ps(at); }
  static Type fill(const float* at) { return _mm_broadcast_ss(at); }
  static Type product(Type a, Type b, Type sum) { return _mm_fmadd_ps(a, b, sum); }
  static Type sum(Type a, Type b) { return _mm_add_ps(a, b); }
  static void store(float* at, Type value) {
    if constexpr (count == 4) {
      _mm_storeu_ps(at, value);
    } else {
      float all[4];
      _mm_storeu_ps(all, value);
      for (int i = 0; i < count; i++) at[i] = all[i];
    }
  }
};

using Four = UpToFour<4>;

/** `pixels` results of `vectors` vectors of channels each, in registers. */
template <typename V, int pixels, int vectors>
[[gnu::noinline]] void tile(const Shape& s, const float* x, const float* w, float* y) {
  const std::ptrdiff_t next = s.outputs;
  std::ptrdiff_t offsets[pixels];
  UNROLLED for (int p = 0; p < pixels; p++) offsets[p] = static_cast<std::ptrdiff_t>(p) * s.xStep;
  typename V::Type sums[pixels][vectors];
  UNROLLED for (int p = 0; p < pixels; p++)
    UNROLLED for (int v = 0; v < vectors; v++) sums[p][v] = V::zero();
  for (const Run& run : s.runs) {
    const float* from = x + run.x;
    const float* factor = w + run.w;
    for (int i = 0; i < run.length; i++, from++, factor += next) {
      typename V::Type factors[vectors];
      UNROLLED for (int v = 0; v < vectors; v++) factors[v] = V::load(factor + v * V::width);
      UNROLLED for (int p = 0; p < pixels; p++) {
        const typename V::Type number = V::fill(from + offsets[p]);
        UNROLLED for (int v = 0; v < vectors; v++) sums[p][v] = V::product(number, factors[v], sums[p][v]);
      }
    }
  }
  UNROLLED for (int p = 0; p < pixels; p++)
    UNROLLED for (int v = 0; v < vectors; v++) V::store(y + p * s.yStep + v * V::width, sums[p][v]);
}

/** How many of the pixels that are left go together. */
inline int together(int left) { return left >= 6 && left != 8 ? 6 : left >= 4 ? 4 : left >= 2 ? 2 : 1; }

template <typename V, int vectors>
void channels(const Shape& s, const float* x, const float* w, float* y) {
  for (int row = 0; row < s.rows; row++, x += s.xRow, y += s.yRow) {
    const float* from = x;
    float* to = y;
    for (int left = s.columns; left > 0;) {
      const int count = together(left);
      if (count == 6) tile<V, 6, vectors>(s, from, w, to);
      else if (count == 4) tile<V, 4, vectors>(s, from, w, to);
      else if (count == 2) tile<V, 2, vectors>(s, from, w, to);
      else tile<V, 1, vectors>(s, from, w, to);
      from += count * s.xStep;
      to += count * s.yStep;
      left -= count;
    }
  }
}

/** `y = Σ x · w`. Up to three numbers behind the kernel are read. */
inline void convolve(const Shape& s, const float* x, const float* w, float* y) {
  int done = 0;
  for (; s.outputs - done >= 16; done += 16) channels<Eight, 2>(s, x, w + done, y + done);
  for (; s.outputs - done >= 8; done += 8) channels<Eight, 1>(s, x, w + done, y + done);
  for (; s.outputs - done >= 4; done += 4) channels<Four, 1>(s, x, w + done, y + done);
  switch (s.outputs - done) {
    case 3: channels<UpToFour<3>, 1>(s, x, w + done, y + done); break;
    case 2: channels<UpToFour<2>, 1>(s, x, w + done, y + done); break;
    case 1: channels<UpToFour<1>, 1>(s, x, w + done, y + done); break;
    default: break;
  }
}

/** `dw += Σ x · dy` for `inputs` rows of the kernel and `vectors` vectors of its columns, over some rows of an image. */
template <typename V, int inputs, int vectors>
[[gnu::noinline]] void gradientTile(const Shape& s, int rows, const float* x, const float* dy, float* dw) {
  typename V::Type sums[inputs][vectors];
  UNROLLED for (int i = 0; i < inputs; i++)
    UNROLLED for (int v = 0; v < vectors; v++) sums[i][v] = V::zero();
  const std::ptrdiff_t xStep = s.xStep, yStep = s.yStep;
  for (int row = 0; row < rows; row++) {
    const float* from = x + row * s.xRow;
    const float* rate = dy + row * s.yRow;
    for (int left = s.columns; left > 0; left--, from += xStep, rate += yStep) {
      typename V::Type rates[vectors];
      UNROLLED for (int v = 0; v < vectors; v++) rates[v] = V::load(rate + v * V::width);
      UNROLLED for (int i = 0; i < inputs; i++) {
        const typename V::Type number = V::fill(from + i);
        UNROLLED for (int v = 0; v < vectors; v++) sums[i][v] = V::product(number, rates[v], sums[i][v]);
      }
    }
  }
  // Sums of few numbers each are added, so that rounding does not grow with the number of pixels.
  UNROLLED for (int i = 0; i < inputs; i++)
    UNROLLED for (int v = 0; v < vectors; v++) {
      float* at = dw + i * s.outputs + v * V::width;
      V::store(at, V::sum(V::load(at), sums[i][v]));
    }
}

template <typename V, int vectors>
void gradientColumns(const Shape& s, int rows, const float* x, const float* dy, float* dw) {
  for (const Tap& tap : s.taps) {
    const float* from = x + tap.x;
    float* to = dw + tap.w;
    for (int left = s.inputs; left > 0;) {
      const int count = together(left);
      if (count == 6) gradientTile<V, 6, vectors>(s, rows, from, dy, to);
      else if (count == 4) gradientTile<V, 4, vectors>(s, rows, from, dy, to);
      else if (count == 2) gradientTile<V, 2, vectors>(s, rows, from, dy, to);
      else gradientTile<V, 1, vectors>(s, rows, from, dy, to);
      from += count;
      to += count * s.outputs;
      left -= count;
    }
  }
}

/** `dw += Σ x · dy` over some rows of an image. Up to three numbers behind `dy` and `dw` are read. */
inline void addProducts(const Shape& s, int rows, const float* x, const float* dy, float* dw) {
  int done = 0;
  for (; s.outputs - done >= 16; done += 16) gradientColumns<Eight, 2>(s, rows, x, dy + done, dw + done);
  for (; s.outputs - done >= 8; done += 8) gradientColumns<Eight, 1>(s, rows, x, dy + done, dw + done);
  for (; s.outputs - done >= 4; done += 4) gradientColumns<Four, 1>(s, rows, x, dy + done, dw + done);
  switch (s.outputs - done) {
    case 3: gradientColumns<UpToFour<3>, 1>(s, rows, x, dy + done, dw + done); break;
    case 2: gradientColumns<UpToFour<2>, 1>(s, rows, x, dy + done, dw + done); break;
    case 1: gradientColumns<UpToFour<1>, 1>(s, rows, x, dy + done, dw + done); break;
    default: break;
  }
}

/** Adds the gradient of a kernel: `dw += Σ x · dy` over the pixels of an image. */
inline void addGradient(const Shape& s, const float* x, const float* dy, float* dw) {
  // Some rows at once: what they read stays in the nearest cache while all parts of the kernel go over it.
  const int wanted = s.columns >= 32 ? 1 : (32 + s.columns - 1) / s.columns;
  for (int row = 0; row < s.rows; row += wanted) {
    const int rows = s.rows - row < wanted ? s.rows - row : wanted;
    addProducts(s, rows, x + row * s.xRow, dy + row * s.yRow, dw);
  }
}

}  // namespace bars
