// Convolutions of images of signs with kernels of signs, whose products are counted bit by bit: a unit's sum over the window is
// size · (products − 2 · bits that differ).
#pragma once
#include <algorithm>
#include <cstring>
#include <utility>

#include "signPacking.h"

namespace bars {

/** Bits that are set, of each half of each byte. */
struct Counts {
  __m256i low, high;
};

inline Counts countsOf(__m256i bits) {
  const __m256i counts = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2,
                                          3, 2, 3, 3, 4);
  const __m256i half = _mm256_set1_epi8(15);
  return {_mm256_shuffle_epi8(counts, _mm256_and_si256(bits, half)),
          _mm256_shuffle_epi8(counts, _mm256_and_si256(_mm256_srli_epi16(bits, 4), half))};
}

/** Sixteen numbers. */
struct Sixteen {
  __m256 first, second;
};

/** `sum + size · (products − 2 · differing)`, of sixteen whole numbers of 16 bits. */
inline Sixteen added(Sixteen sum, __m256i differing, int products, const float* sizes) {
  const __m256i total = _mm256_sub_epi16(_mm256_set1_epi16(static_cast<int16_t>(products)), _mm256_slli_epi16(differing, 1));
  const __m256 first = _mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(_mm256_castsi256_si128(total)));
  const __m256 second = _mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(_mm256_extracti128_si256(total, 1)));
  return {_mm256_fmadd_ps(first, _mm256_loadu_ps(sizes), sum.first),
          _mm256_fmadd_ps(second, _mm256_loadu_ps(sizes + 8), sum.second)};
}

/** A window over an image of signs, in pixels. */
struct SignWindow {
  int32_t height, width;
  /** Of the image with its zeros, and from one pixel of the result to the next. */
  int32_t imageRows, imageColumns, rowStride, columnStride;
  /** Rows and columns of zeros at the image's sides, which are not packed: nothing comes of them. */
  int32_t top, left, bottom, right;

  int packedColumns() const { return imageColumns - left - right; }
};

/** A convolution of bits. */
class SignConvolution {
 public:
  SignConvolution(const Shape& shape, const SignWindow& window)
      : outputs(shape.outputs), inputs(shape.inputs), yStep(shape.yStep), yRow(shape.yRow), window(window) {
    std::vector<std::pair<int, int>> known;
    for (int row = 0; row < shape.rows; row++) {
      // Taps of its window that are no zeros.
      const int start = row * window.rowStride;
      const std::pair<int, int> taps{std::max(0, window.top - start),
                                     std::min(window.height, window.imageRows - window.bottom - start)};
      const auto at = std::find(known.begin(), known.end(), taps);
      if (at == known.end()) segments.push_back(segmentsOf(shape.columns, taps.first, taps.second));
      kinds.push_back(static_cast<size_t>(at - known.begin()));
      if (at == known.end()) known.push_back(taps);
    }
  }

  /** Bytes count the bits of a window's half bytes. */
  static constexpr int mostTaps = 31;

  /** Whether both are signs with sizes that units have in common. */
  bool canRun(const float* image, const float* kernel) const { return reachIn(image) != none && reachIn(kernel) != none; }

  void run(const float* image, const float* kernel, float* y) const {
    const int words = wordsOf(inputs), units = unitsOf(inputs), full = SignKernel::outputs(outputs);
    // What the signs of a unit and an output count.
    static thread_local std::vector<float> sizes;
    sizes.resize(static_cast<size_t>(units) * full);
    for (int unit = 0; unit < units; unit++)
      for (int o = 0; o < full; o++)
        sizes[static_cast<size_t>(unit * full + o)] = image[8 + unit] * kernel[8 + unit * full + o];
    const Reach reach = std::max(reachIn(image), reachIn(kernel));
    const Word* x = reinterpret_cast<const Word*>(image + SignImage::head(inputs));
    const Word* w = reinterpret_cast<const Word*>(kernel + SignKernel::head(inputs, outputs));
    for (size_t row = 0; row < kinds.size(); row++) {
      const std::ptrdiff_t line = static_cast<std::ptrdiff_t>(row) * window.rowStride * window.packedColumns();
      for (const Segment& segment : segments[kinds[row]]) {
        const Word* from = x + (line + segment.first * window.columnStride) * words;
        float* to = y + static_cast<std::ptrdiff_t>(row) * yRow + static_cast<std::ptrdiff_t>(segment.first) * yStep;
        switch (reach) {
          case everywhere: pixels<everywhere>(segment, from, w, sizes.data(), to); break;
          case sixteen: pixels<sixteen>(segment, from, w, sizes.data(), to); break;
          case eight: pixels<eight>(segment, from, w, sizes.data(), to); break;
          default: pixels<four>(segment, from, w, sizes.data(), to); break;
        }
      }
    }
  }

 private:
  static Reach reachIn(const float* packed) { return static_cast<Reach>(*reinterpret_cast<const int32_t*>(packed)); }

  /** Where the words of a window's taps are, in the image and in the kernel. */
  struct Taps {
    std::vector<int32_t> x, w;
  };

  /** Neighbouring pixels of a row whose windows have the same taps. */
  struct Segment {
    int first, count;
    Taps taps;
  };

  int32_t outputs, inputs, yStep, yRow;
  SignWindow window;
  /** Of each kind of row, and the kind of each row. */
  std::vector<std::vector<Segment>> segments;
  std::vector<size_t> kinds;

  /** Of a row whose windows have taps in rows `low` to before `high`. */
  std::vector<Segment> segmentsOf(int columns, int low, int high) const {
    std::vector<Segment> found;
    const int words = wordsOf(inputs), full = SignKernel::outputs(outputs);
    std::pair<int, int> last{-1, -1};
    for (int column = 0; column < columns; column++) {
      const int start = column * window.columnStride;
      const std::pair<int, int> taps{std::max(0, window.left - start),
                                     std::min(window.width, window.imageColumns - window.right - start)};
      if (taps == last) {
        found.back().count++;
        continue;
      }
      last = taps;
      found.push_back({column, 1, {}});
      for (int word = 0; word < words; word++)
        for (int row = low; row < high; row++)
          for (int tap = taps.first; tap < taps.second; tap++) {
            found.back().taps.x.push_back(((row - window.top) * window.packedColumns() + tap - window.left) * words + word);
            found.back().taps.w.push_back(((row * window.width + tap) * words + word) * full);
          }
    }
    return found;
  }

  template <Reach reach>
  void pixels(const Segment& segment, const Word* x, const Word* w, const float* sizes, float* y) const {
    const int step = wordsOf(inputs) * window.columnStride;
    constexpr int most = reach == everywhere ? 4 : 2;
    for (int done = 0; done < segment.count;) {
      const int left = segment.count - done;
      const Word* from = x + static_cast<std::ptrdiff_t>(done) * step;
      float* to = y + static_cast<std::ptrdiff_t>(done) * yStep;
      const int count = left >= most ? most : left >= 2 ? 2 : 1;
      if (count == 4) channels<reach, most>(segment.taps, from, w, sizes, to);
      else if (count == 2) channels<reach, 2>(segment.taps, from, w, sizes, to);
      else channels<reach, 1>(segment.taps, from, w, sizes, to);
      done += count;
    }
  }

  template <Reach reach, int pixels>
  void channels(const Taps& taps, const Word* x, const Word* w, const float* sizes, float* y) const {
    int done = 0;
    for (; outputs - done > 16; done += 32) tile<reach, pixels, 2>(taps, x, w + done, sizes + done, y + done, outputs - done);
    if (done < outputs) tile<reach, pixels, 1>(taps, x, w + done, sizes + done, y + done, outputs - done);
  }

  template <Reach reach, int pixels, int vectors>
  [[gnu::noinline]] void tile(const Taps& taps, const Word* x, const Word* w, const float* sizes, float* y, int left) const {
    const int words = wordsOf(inputs), full = SignKernel::outputs(outputs);
    const int step = words * window.columnStride;
    const int steps = static_cast<int>(taps.x.size());
    const int perWord = steps / words;
    Sixteen sums[pixels][vectors];
    UNROLLED for (int p = 0; p < pixels; p++)
      UNROLLED for (int v = 0; v < vectors; v++) sums[p][v] = {_mm256_setzero_ps(), _mm256_setzero_ps()};
    const __m256i ones = _mm256_set1_epi8(1);
    if constexpr (reach == everywhere) {
      __m256i all[pixels][vectors];
      UNROLLED for (int p = 0; p < pixels; p++)
        UNROLLED for (int v = 0; v < vectors; v++) all[p][v] = _mm256_setzero_si256();
      for (int at = 0; at < steps;) {
        const int end = steps - at < 31 ? steps : at + 31;
        __m256i counts[pixels][vectors];
        UNROLLED for (int p = 0; p < pixels; p++)
          UNROLLED for (int v = 0; v < vectors; v++) counts[p][v] = _mm256_setzero_si256();
        for (; at < end; at++) {
          const Word* from = x + taps.x[static_cast<size_t>(at)];
          const Word* factor = w + taps.w[static_cast<size_t>(at)];
          UNROLLED for (int p = 0; p < pixels; p++) {
            const __m256i word = _mm256_set1_epi16(static_cast<int16_t>(from[p * step]));
            UNROLLED for (int v = 0; v < vectors; v++) {
              const Counts found = countsOf(_mm256_xor_si256(word, load(factor + v * 16)));
              counts[p][v] = _mm256_add_epi8(counts[p][v], _mm256_add_epi8(found.low, found.high));
            }
          }
        }
        UNROLLED for (int p = 0; p < pixels; p++)
          UNROLLED for (int v = 0; v < vectors; v++)
            all[p][v] = _mm256_add_epi16(all[p][v], _mm256_maddubs_epi16(counts[p][v], ones));
      }
      const int products = perWord * inputs;
      UNROLLED for (int p = 0; p < pixels; p++)
        UNROLLED for (int v = 0; v < vectors; v++) sums[p][v] = added(sums[p][v], all[p][v], products, sizes + v * 16);
    } else {
      const __m256i byte = _mm256_set1_epi16(255);
      for (int word = 0; word < words; word++) {
        Counts counts[pixels][vectors];
        UNROLLED for (int p = 0; p < pixels; p++)
          UNROLLED for (int v = 0; v < vectors; v++) counts[p][v] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
        for (int at = word * perWord; at < (word + 1) * perWord; at++) {
          const Word* from = x + taps.x[static_cast<size_t>(at)];
          const Word* factor = w + taps.w[static_cast<size_t>(at)];
          UNROLLED for (int p = 0; p < pixels; p++) {
            const __m256i bits = _mm256_set1_epi16(static_cast<int16_t>(from[p * step]));
            UNROLLED for (int v = 0; v < vectors; v++) {
              const Counts found = countsOf(_mm256_xor_si256(bits, load(factor + v * 16)));
              Counts& sum = counts[p][v];
              if constexpr (reach == four) {
                sum.low = _mm256_add_epi8(sum.low, found.low);
                sum.high = _mm256_add_epi8(sum.high, found.high);
              } else {
                sum.low = _mm256_add_epi8(sum.low, _mm256_add_epi8(found.low, found.high));
              }
            }
          }
        }
        const float* size = sizes + static_cast<std::ptrdiff_t>(word) * 4 * full;
        auto productsOf = [&](int unit, int channels) {
          const int there = inputs - word * 16 - unit * 4;
          return perWord * (there < 0 ? 0 : there < channels ? there : channels);
        };
        // Units that are not there have no sizes either.
        const bool half = inputs - word * 16 > 8;
        UNROLLED for (int p = 0; p < pixels; p++)
          UNROLLED for (int v = 0; v < vectors; v++) {
            const Counts& found = counts[p][v];
            Sixteen& sum = sums[p][v];
            const float* s = size + v * 16;
            if constexpr (reach == sixteen) {
              sum = added(sum, _mm256_maddubs_epi16(found.low, ones), productsOf(0, 16), s);
            } else if constexpr (reach == eight) {
              sum = added(sum, _mm256_and_si256(found.low, byte), productsOf(0, 8), s);
              if (half) sum = added(sum, _mm256_srli_epi16(found.low, 8), productsOf(2, 8), s + 2 * full);
            } else {
              sum = added(sum, _mm256_and_si256(found.low, byte), productsOf(0, 4), s);
              if (productsOf(1, 4) > 0) sum = added(sum, _mm256_and_si256(found.high, byte), productsOf(1, 4), s + full);
              if (half) sum = added(sum, _mm256_srli_epi16(found.low, 8), productsOf(2, 4), s + 2 * full);
              if (productsOf(3, 4) > 0) sum = added(sum, _mm256_srli_epi16(found.high, 8), productsOf(3, 4), s + 3 * full);
            }
          }
      }
    }
    UNROLLED for (int p = 0; p < pixels; p++)
      UNROLLED for (int v = 0; v < vectors; v++) store(y + static_cast<std::ptrdiff_t>(p) * yStep + v * 16, sums[p][v], left - v * 16);
  }

  static __m256i load(const Word* at) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)); }

  static void store(float* at, const Sixteen& sum, int left) {
    if (left >= 16) {
      _mm256_storeu_ps(at, sum.first);
      _mm256_storeu_ps(at + 8, sum.second);
      return;
    }
    if (left <= 0) return;
    float all[16];
    _mm256_storeu_ps(all, sum.first);
    _mm256_storeu_ps(all + 8, sum.second);
    std::memcpy(at, all, static_cast<size_t>(left) * 4);
  }
};

}  // namespace bars
