// Means and largest numbers of windows over an image, and their gradients. Pixels outside the image never count.
#pragma once
#include <algorithm>
#include <cstring>

#include "convolution.h"
#include "scratch.h"

namespace bars {

struct Pool {
  /** Of the result, and of the image. */
  int32_t rows, columns, channels, imageRows, imageColumns;
  /** Of a window, from one to the next, and by how far the first one begins outside. */
  int32_t height, width, rowStride, columnStride, top, left;
  /** Numbers between pixels and rows of the image that is read, and of the result or its gradient. */
  int32_t xPixel, xRow, yPixel, yRow;

  void average(const float* x, float* y) const {
    eachWindow([&](const Window& window, std::ptrdiff_t at) {
      float* to = y + at;
      std::memset(to, 0, static_cast<size_t>(channels) * 4);
      window.each(xPixel, xRow, [&](std::ptrdiff_t pixel) {
        const float* from = x + pixel;
        for (int c = 0; c < channels; c++) to[c] += from[c];
      });
      const float share = window.share();
      for (int c = 0; c < channels; c++) to[c] *= share;
    });
  }

  /** `dx` lies without gaps. */
  void averageGradient(const float* dy, float* dx) const {
    clear(dx);
    eachWindow([&](const Window& window, std::ptrdiff_t at) {
      const float* rate = dy + at;
      const float share = window.share();
      window.each(channels, imageColumns * channels, [&](std::ptrdiff_t pixel) {
        float* to = dx + pixel;
        for (int c = 0; c < channels; c++) to[c] += rate[c] * share;
      });
    });
  }

  void largest(const float* x, float* y) const {
    eachWindow([&](const Window& window, std::ptrdiff_t at) { largestOf(window, x, y + at); });
  }

  /** Of equal numbers the first one of the window, row by row, gets the gradient. `dx` lies without gaps. */
  void largestGradient(const float* x, const float* dy, float* dx) const {
    clear(dx);
    float* most = scratch(2 * static_cast<size_t>(channels));
    float* left = most + channels;
    eachWindow([&](const Window& window, std::ptrdiff_t at) {
      largestOf(window, x, most);
      std::memcpy(left, dy + at, static_cast<size_t>(channels) * 4);
      window.eachOfBoth(xPixel, xRow, channels, imageColumns * channels, [&](std::ptrdiff_t pixel, std::ptrdiff_t target) {
        const float* from = x + pixel;
        float* to = dx + target;
        for (int c = 0; c < channels; c++) {
          const float taken = from[c] == most[c] ? left[c] : 0.0f;
          to[c] += taken;
          left[c] -= taken;
        }
      });
    });
  }

 private:
  /** The part of a window that is inside. */
  struct Window {
    int top, left, bottom, right;

    float share() const { return 1.0f / static_cast<float>((bottom - top) * (right - left)); }

    template <typename Body>
    void each(int pixel, int row, Body body) const {
      for (int r = top; r < bottom; r++)
        for (int c = left; c < right; c++) body(static_cast<std::ptrdiff_t>(r) * row + static_cast<std::ptrdiff_t>(c) * pixel);
    }

    template <typename Body>
    void eachOfBoth(int pixel, int row, int otherPixel, int otherRow, Body body) const {
      for (int r = top; r < bottom; r++)
        for (int c = left; c < right; c++)
          body(static_cast<std::ptrdiff_t>(r) * row + static_cast<std::ptrdiff_t>(c) * pixel,
               static_cast<std::ptrdiff_t>(r) * otherRow + static_cast<std::ptrdiff_t>(c) * otherPixel);
    }
  };

  template <typename Body>
  void eachWindow(Body body) const {
    for (int row = 0; row < rows; row++)
      for (int column = 0; column < columns; column++) {
        const int high = row * rowStride - top, wide = column * columnStride - left;
        const Window window{std::max(0, high), std::max(0, wide), std::min(imageRows, high + height),
                            std::min(imageColumns, wide + width)};
        body(window, static_cast<std::ptrdiff_t>(row) * yRow + static_cast<std::ptrdiff_t>(column) * yPixel);
      }
  }

  void largestOf(const Window& window, const float* x, float* most) const {
    bool isFirst = true;
    window.each(xPixel, xRow, [&](std::ptrdiff_t pixel) {
      const float* from = x + pixel;
      if (isFirst) std::memcpy(most, from, static_cast<size_t>(channels) * 4);
      else
        for (int c = 0; c < channels; c++) most[c] = from[c] > most[c] ? from[c] : most[c];
      isFirst = false;
    });
  }

  void clear(float* dx) const { std::memset(dx, 0, static_cast<size_t>(imageRows) * imageColumns * channels * 4); }
};

}  // namespace bars
