// Convolutions with windows of 3 × 3 by fewer products: four neighbouring results from 16 products instead of 36 (Winograd's minimal
// filtering F(2 × 2, 3 × 3); Lavin and Gray 2016, arXiv:1509.09308), and gradients of such kernels the same way (F(3 × 3, 2 × 2)).
#pragma once
#include <algorithm>

#include "convolution.h"
#include "scratch.h"

namespace bars {

/** Products of a tile of results, one list of channels each. */
constexpr int frequencies = 16;

/** Numbers of a frequency that are worked on at once: all together stay in the cache. */
constexpr int numbersAtOnce = 1024;

/** `Bᵀ d` of four numbers. */
inline void entered(__m256 a, __m256 b, __m256 c, __m256 d, __m256* to) {
  to[0] = _mm256_sub_ps(a, c);
  to[1] = _mm256_add_ps(b, c);
  to[2] = _mm256_sub_ps(c, b);
  to[3] = _mm256_sub_ps(b, d);
}

/** `Bᵀ d B` of four by four pixels. */
inline void enter(const float* x, int pixelStep, int rowStep, int channels, float* to, std::ptrdiff_t next) {
  for (int c = 0; c < channels; c += 8) {
    __m256 rows[4][4];
    UNROLLED for (int r = 0; r < 4; r++) {
      const float* row = x + r * rowStep + c;
      entered(_mm256_loadu_ps(row), _mm256_loadu_ps(row + pixelStep), _mm256_loadu_ps(row + 2 * pixelStep),
              _mm256_loadu_ps(row + 3 * pixelStep), rows[r]);
    }
    UNROLLED for (int q = 0; q < 4; q++) {
      __m256 column[4];
      entered(rows[0][q], rows[1][q], rows[2][q], rows[3][q], column);
      UNROLLED for (int r = 0; r < 4; r++) _mm256_storeu_ps(to + (r * 4 + q) * next + c, column[r]);
    }
  }
}

/** `Aᵀ m A`: two by two pixels of a result. */
inline void leave(const float* m, std::ptrdiff_t next, int channels, float* y, int pixelStep, int rowStep) {
  for (int c = 0; c < channels; c += 8) {
    __m256 rows[2][4];
    UNROLLED for (int q = 0; q < 4; q++) {
      const float* at = m + q * next + c;
      const __m256 b = _mm256_loadu_ps(at + 4 * next), d = _mm256_loadu_ps(at + 8 * next);
      rows[0][q] = _mm256_add_ps(_mm256_loadu_ps(at), _mm256_add_ps(b, d));
      rows[1][q] = _mm256_sub_ps(_mm256_sub_ps(b, d), _mm256_loadu_ps(at + 12 * next));
    }
    UNROLLED for (int r = 0; r < 2; r++) {
      const __m256* row = rows[r];
      float* to = y + r * rowStep + c;
      _mm256_storeu_ps(to, _mm256_add_ps(row[0], _mm256_add_ps(row[1], row[2])));
      _mm256_storeu_ps(to + pixelStep, _mm256_sub_ps(_mm256_sub_ps(row[1], row[2]), row[3]));
    }
  }
}

/** Of two by two pixels of a gradient what meets {@link enter} of the image. */
inline void enterRates(const float* dy, int pixelStep, int rowStep, int channels, float* to, std::ptrdiff_t next) {
  const __m256 half = _mm256_set1_ps(0.5f);
  for (int c = 0; c < channels; c += 8) {
    __m256 rows[2][4];
    UNROLLED for (int r = 0; r < 2; r++) {
      const __m256 a = _mm256_loadu_ps(dy + r * rowStep + c), b = _mm256_loadu_ps(dy + r * rowStep + pixelStep + c);
      rows[r][0] = a;
      rows[r][1] = _mm256_mul_ps(half, _mm256_add_ps(a, b));
      rows[r][2] = _mm256_mul_ps(half, _mm256_sub_ps(a, b));
      rows[r][3] = b;
    }
    UNROLLED for (int q = 0; q < 4; q++) {
      const __m256 a = rows[0][q], b = rows[1][q];
      float* at = to + q * next + c;
      _mm256_storeu_ps(at, a);
      _mm256_storeu_ps(at + 4 * next, _mm256_mul_ps(half, _mm256_add_ps(a, b)));
      _mm256_storeu_ps(at + 8 * next, _mm256_mul_ps(half, _mm256_sub_ps(a, b)));
      _mm256_storeu_ps(at + 12 * next, b);
    }
  }
}

/** Tiles of two by two pixels, some rows of them at once. */
class Windows {
 public:
  explicit Windows(const Shape& shape) : shape(shape) {
    const int most = std::max(1, numbersAtOnce / std::max(shape.inputs, shape.outputs));
    tileRows = std::clamp(most / (shape.columns / 2), 1, shape.rows / 2);
    products = {1, 0, shape.inputs, shape.outputs, shape.inputs, 0, shape.outputs, 0, {{0, 0}}, {{0, 0, shape.inputs}}};
  }

  /** `w` is what {@link WindowTurning} makes of a kernel. */
  void convolve(const float* x, const float* w, float* y) {
    x += shape.taps.front().x;
    eachBlock([&](int tiles, int row, float* in, float* out) {
      const std::ptrdiff_t next = tiles * shape.inputs + 16, nextOut = tiles * shape.outputs + 16;
      eachTile(tiles, row, [&](int i, int high, int wide) {
        enter(x + high * shape.xRow + wide * shape.xStep, shape.xStep, shape.xRow, shape.inputs, in + i * shape.inputs, next);
      });
      for (int f = 0; f < frequencies; f++)
        bars::convolve(products, in + f * next, w + f * shape.inputs * shape.outputs, out + f * nextOut);
      eachTile(tiles, row, [&](int i, int high, int wide) {
        leave(out + i * shape.outputs, nextOut, shape.outputs, y + high * shape.yRow + wide * shape.yStep, shape.yStep, shape.yRow);
      });
    });
  }

  /** Adds to sums of which {@link GradientJoining} makes the kernel's gradient. */
  void addGradient(const float* x, const float* dy, float* sums) {
    x += shape.taps.front().x;
    eachBlock([&](int tiles, int row, float* in, float* out) {
      const std::ptrdiff_t next = tiles * shape.inputs + 16, nextOut = tiles * shape.outputs + 16;
      eachTile(tiles, row, [&](int i, int high, int wide) {
        enter(x + high * shape.xRow + wide * shape.xStep, shape.xStep, shape.xRow, shape.inputs, in + i * shape.inputs, next);
        enterRates(dy + high * shape.yRow + wide * shape.yStep, shape.yStep, shape.yRow, shape.outputs, out + i * shape.outputs,
                   nextOut);
      });
      for (int f = 0; f < frequencies; f++)
        addProducts(products, 1, in + f * next, out + f * nextOut, sums + f * shape.inputs * shape.outputs);
    });
  }

 private:
  Shape shape, products;
  int tileRows;

  /** `body(tiles, first row of tiles, memory of what enters, of what leaves)`. */
  template <typename Body>
  void eachBlock(Body body) {
    const int across = shape.columns / 2, down = shape.rows / 2;
    for (int row = 0; row < down; row += tileRows) {
      const int tiles = std::min(tileRows, down - row) * across;
      const size_t in = static_cast<size_t>(frequencies) * (tiles * shape.inputs + 16);
      const size_t out = static_cast<size_t>(frequencies) * (tiles * shape.outputs + 16);
      float* memory = scratch(in + out);
      products.columns = tiles;
      body(tiles, row, memory, memory + in);
    }
  }

  /** `body(number, row, column)` of each tile's first pixel. */
  template <typename Body>
  void eachTile(int tiles, int row, Body body) const {
    const int across = shape.columns / 2;
    for (int i = 0; i < tiles; i++) body(i, (row + i / across) * 2, i % across * 2);
  }
};

/** Eight by eight numbers, rows to columns. */
inline void transpose(const float* from, std::ptrdiff_t fromStep, float* to, std::ptrdiff_t toStep) {
  __m256 pairs[8], fours[8];
  UNROLLED for (int i = 0; i < 8; i += 2) {
    const __m256 a = _mm256_loadu_ps(from + i * fromStep), b = _mm256_loadu_ps(from + (i + 1) * fromStep);
    pairs[i] = _mm256_unpacklo_ps(a, b);
    pairs[i + 1] = _mm256_unpackhi_ps(a, b);
  }
  UNROLLED for (int i = 0; i < 8; i += 4) {
    fours[i] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0x44);
    fours[i + 1] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0xee);
    fours[i + 2] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0x44);
    fours[i + 3] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0xee);
  }
  UNROLLED for (int i = 0; i < 4; i++) {
    _mm256_storeu_ps(to + i * toStep, _mm256_permute2f128_ps(fours[i], fours[i + 4], 0x20));
    _mm256_storeu_ps(to + (i + 4) * toStep, _mm256_permute2f128_ps(fours[i], fours[i + 4], 0x31));
  }
}

/** A kernel `[taps, inputs, outputs]` with its taps in the opposite order, and inputs as outputs. */
struct KernelTurning {
  int32_t taps, inputs, outputs;

  void run(const float* from, float* to) const {
    const std::ptrdiff_t size = static_cast<std::ptrdiff_t>(inputs) * outputs;
    const int i8 = inputs / 8 * 8, o8 = outputs / 8 * 8;
    for (int tap = 0; tap < taps; tap++) {
      const float* at = from + tap * size;
      float* turned = to + (taps - 1 - tap) * size;
      for (int o = 0; o < o8; o += 8)
        for (int i = 0; i < i8; i += 8) transpose(at + i * outputs + o, outputs, turned + o * inputs + i, inputs);
      for (int i = 0; i < inputs; i++)
        for (int o = i < i8 ? o8 : 0; o < outputs; o++) turned[o * inputs + i] = at[i * outputs + o];
    }
  }
};

/** The same of a kernel of 3 × 3 taps, as {@link Windows} reads it: `G g Gᵀ`, `[frequency, output, input]`. */
struct WindowTurning {
  int32_t inputs, outputs;

  void run(const float* from, float* to) const {
    const std::ptrdiff_t size = static_cast<std::ptrdiff_t>(inputs) * outputs;
    const __m256 half = _mm256_set1_ps(0.5f);
    auto line = [half](__m256 a, __m256 b, __m256 c, __m256* out) {
      const __m256 ends = _mm256_add_ps(a, c);
      out[0] = a;
      out[1] = _mm256_mul_ps(half, _mm256_add_ps(ends, b));
      out[2] = _mm256_mul_ps(half, _mm256_sub_ps(ends, b));
      out[3] = c;
    };
    alignas(32) float turned[9][64];
    for (int o = 0; o < outputs; o += 8)
      for (int i = 0; i < inputs; i += 8) {
        for (int tap = 0; tap < 9; tap++) transpose(from + tap * size + i * outputs + o, outputs, turned[8 - tap], 8);
        for (int k = 0; k < 8; k++) {
          __m256 rows[3][4];
          UNROLLED for (int r = 0; r < 3; r++)
            line(_mm256_load_ps(turned[r * 3] + k * 8), _mm256_load_ps(turned[r * 3 + 1] + k * 8),
                 _mm256_load_ps(turned[r * 3 + 2] + k * 8), rows[r]);
          UNROLLED for (int q = 0; q < 4; q++) {
            __m256 column[4];
            line(rows[0][q], rows[1][q], rows[2][q], column);
            UNROLLED for (int r = 0; r < 4; r++) _mm256_storeu_ps(to + (r * 4 + q) * size + (o + k) * inputs + i, column[r]);
          }
        }
      }
  }
};

/** The gradient `[3, 3, inputs, outputs]` of a kernel from all threads' sums of {@link Windows}. */
struct GradientJoining {
  /** Entries of a tap, threads, and numbers from one thread's sums to the next one's. */
  int32_t size, threads, threadStep;

  void run(const float* sums, float* dw) const {
    auto line = [](__m256 a, __m256 b, __m256 c, __m256 d, __m256* out) {
      const __m256 both = _mm256_add_ps(b, c);
      out[0] = _mm256_add_ps(a, both);
      out[1] = _mm256_sub_ps(b, c);
      out[2] = _mm256_sub_ps(both, d);
    };
    for (int i = 0; i < size; i += 8) {
      __m256 rows[4][3];
      UNROLLED for (int r = 0; r < 4; r++) {
        __m256 row[4];
        UNROLLED for (int q = 0; q < 4; q++) {
          const float* at = sums + static_cast<std::ptrdiff_t>(r * 4 + q) * size + i;
          row[q] = _mm256_loadu_ps(at);
          for (int thread = 1; thread < threads; thread++)
            row[q] = _mm256_add_ps(row[q], _mm256_loadu_ps(at + static_cast<std::ptrdiff_t>(thread) * threadStep));
        }
        line(row[0], row[1], row[2], row[3], rows[r]);
      }
      UNROLLED for (int q = 0; q < 3; q++) {
        __m256 column[3];
        line(rows[0][q], rows[1][q], rows[2][q], rows[3][q], column);
        UNROLLED for (int r = 0; r < 3; r++) _mm256_storeu_ps(dw + static_cast<std::ptrdiff_t>(r * 3 + q) * size + i, column[r]);
      }
    }
  }
};

}  // namespace bars
