// Images and kernels of signs, packed to a bit a number.
//
// Signs may have sizes: an image one for each channel, a kernel one for each input and output, as long as the channels of a unit (16, 8 or 4
// neighbours) have the same. Bits are set where a number is below 0.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstring>

#include "convolution.h"

namespace bars {

/** Sixteen channels of a pixel, or of one output's kernel. */
using Word = uint16_t;

inline int wordsOf(int channels) { return (channels + 15) / 16; }
inline int unitsOf(int channels) { return (channels + 3) / 4; }

/** How far sizes go together: everywhere, or in units of so many channels; `none`: these are no signs with sizes. */
enum Reach : int32_t { everywhere = 0, sixteen = 1, eight = 2, four = 3, none = 4 };

/** How far `units` lists of `count` sizes each, of four channels each, are the same. */
inline Reach reachOf(const float* sizes, int units, int count) {
  const size_t bytes = static_cast<size_t>(count) * 4;
  auto same = [&](int a, int b) { return std::memcmp(sizes + a * count, sizes + b * count, bytes) == 0; };
  Reach reach = everywhere;
  for (int unit = 1; unit < units; unit++) {
    if (reach == everywhere && !same(unit, 0)) reach = sixteen;
    if (reach == sixteen && unit % 4 != 0 && !same(unit, unit - 1)) reach = eight;
    if (reach == eight && unit % 2 != 0 && !same(unit, unit - 1)) reach = four;
  }
  return reach;
}

/** An image as bits: how far its sizes reach, a size for every four channels, and words, pixel by pixel. */
struct SignImage {
  /** Numbers (of four bytes) before the words. */
  static int head(int channels) { return 8 + (unitsOf(channels) + 7) / 8 * 8; }
};

/** A kernel as bits: how far sizes reach, sizes `[unit, output]`, and words `[tap, word, output]`; outputs filled up to sixteens. */
struct SignKernel {
  static int outputs(int outputs) { return (outputs + 15) / 16 * 16; }
  static int head(int inputs, int outputs_) { return 8 + unitsOf(inputs) * outputs(outputs_); }
  static int numbers(int taps, int inputs, int outputs_) {
    return head(inputs, outputs_) + (taps * wordsOf(inputs) * outputs(outputs_) + 1) / 2;
  }
};

/** Packs an image: rows and columns of pixels, and steps between them. */
struct ImagePacking {
  int32_t rows, columns, channels, pixelStep, rowStep;

  void run(const float* image, float* to) const {
    const int words = wordsOf(channels), units = unitsOf(channels), whole = channels / 8;
    float* sizes = to + 8;
    Word* bits = reinterpret_cast<Word*>(to + SignImage::head(channels));
    static thread_local std::vector<float> each;
    each.resize(static_cast<size_t>(channels));
    for (int c = 0; c < channels; c++) {
      each[static_cast<size_t>(c)] = std::fabs(image[c / 4 * 4]);
      sizes[c / 4] = each[static_cast<size_t>(c)];
    }
    const __m256 sign = _mm256_set1_ps(-0.0f);
    __m256 differs = _mm256_setzero_ps();
    bool alike = true;
    for (int row = 0; row < rows; row++) {
      const float* pixel = image + static_cast<std::ptrdiff_t>(row) * rowStep;
      for (int column = 0; column < columns; column++, pixel += pixelStep, bits += words) {
        for (int eight = 0; eight < whole; eight++) {
          const __m256 value = _mm256_loadu_ps(pixel + eight * 8);
          const __m256 size = _mm256_loadu_ps(each.data() + eight * 8);
          differs = _mm256_or_ps(differs, _mm256_xor_ps(_mm256_andnot_ps(sign, value), size));
          reinterpret_cast<uint8_t*>(bits)[eight] = static_cast<uint8_t>(_mm256_movemask_ps(value));
        }
        if (whole * 8 == words * 16) continue;
        unsigned found = 0;
        for (int c = whole * 8; c < channels; c++) {
          found |= static_cast<unsigned>(std::signbit(pixel[c])) << (c - whole * 8);
          alike &= std::fabs(pixel[c]) == each[static_cast<size_t>(c)];
        }
        if (whole % 2 == 1) reinterpret_cast<uint8_t*>(bits)[whole] = static_cast<uint8_t>(found);
        else bits[words - 1] = static_cast<Word>(found);
      }
    }
    const __m256i rest = _mm256_castps_si256(differs);
    alike &= _mm256_testz_si256(rest, rest) != 0;
    *reinterpret_cast<int32_t*>(to) = alike ? reachOf(sizes, units, 1) : none;
  }
};

/** A kernel `[taps, inputs, outputs]`. */
struct KernelPacking {
  int32_t taps, inputs, outputs;

  void run(const float* kernel, float* to) const {
    const int words = wordsOf(inputs), units = unitsOf(inputs), full = SignKernel::outputs(outputs);
    float* sizes = to + 8;
    Word* bits = reinterpret_cast<Word*>(to + SignKernel::head(inputs, outputs));
    std::memset(to, 0, static_cast<size_t>(SignKernel::numbers(taps, inputs, outputs)) * 4);
    bool alike = true;
    for (int unit = 0; unit < units; unit++)
      for (int o = 0; o < outputs; o++) sizes[unit * full + o] = std::fabs(kernel[unit * 4 * outputs + o]);
    const __m256 sign = _mm256_set1_ps(-0.0f);
    __m256 differs = _mm256_setzero_ps();
    for (int tap = 0; tap < taps; tap++)
      for (int word = 0; word < words; word++, bits += full) {
        const int count = inputs - word * 16 < 16 ? inputs - word * 16 : 16;
        const float* rows = kernel + static_cast<std::ptrdiff_t>(tap * inputs + word * 16) * outputs;
        int o = 0;
        for (; o + 8 <= outputs; o += 8) {
          __m256i found = _mm256_setzero_si256();
          for (int i = 0; i < count; i++) {
            const __m256 value = _mm256_loadu_ps(rows + i * outputs + o);
            const __m256 size = _mm256_loadu_ps(sizes + (word * 4 + i / 4) * full + o);
            const __m256i bit = _mm256_srli_epi32(_mm256_castps_si256(value), 31);
            found = _mm256_or_si256(found, _mm256_sll_epi32(bit, _mm_cvtsi32_si128(i)));
            differs = _mm256_or_ps(differs, _mm256_cmp_ps(_mm256_andnot_ps(sign, value), size, _CMP_NEQ_UQ));
          }
          const __m128i both = _mm_packus_epi32(_mm256_castsi256_si128(found), _mm256_extracti128_si256(found, 1));
          _mm_storeu_si128(reinterpret_cast<__m128i*>(bits + o), both);
        }
        for (; o < outputs; o++)
          for (int i = 0; i < count; i++) {
            const float value = rows[i * outputs + o];
            bits[o] = static_cast<Word>(bits[o] | static_cast<unsigned>(std::signbit(value)) << i);
            alike &= std::fabs(value) == sizes[(word * 4 + i / 4) * full + o];
          }
      }
    alike &= _mm256_movemask_ps(differs) == 0;
    *reinterpret_cast<int32_t*>(to) = alike ? reachOf(sizes, units, full) : none;
  }
};

}  // namespace bars
