// What can be asked for, as records of whole numbers: a kind, the number of those that follow, and those.
#pragma once
#include <initializer_list>
#include <iterator>
#include <memory>
#include <utility>

#include "pools.h"
#include "signs.h"
#include "windows.h"

namespace bars {

/** Reads numbers one by one; beyond the last one they are 0, and {@link isWhole} says so. */
class Numbers {
 public:
  Numbers(const int32_t* at, size_t count) : at(at), left(count) {}

  int32_t next() {
    if (left == 0) {
      missing = true;
      return 0;
    }
    left--;
    return *at++;
  }

  void fill(std::initializer_list<int32_t*> fields) {
    for (int32_t* field : fields) *field = next();
  }

  /** Whether there was one for each that was asked for. */
  bool isWhole() const { return !missing; }
  /** The same, and none is left. */
  bool isAll() const { return !missing && left == 0; }
  size_t count() const { return left; }

  Numbers part(size_t length) {
    if (length > left) {
      missing = true;
      length = left;
    }
    const Numbers found(at, length);
    at += length;
    left -= length;
    return found;
  }

 private:
  const int32_t* at;
  size_t left;
  bool missing = false;
};

/** Something that is computed of up to five places in a memory. */
class Operation {
 public:
  virtual ~Operation() = default;
  virtual void run(float* const* at) = 0;
};

template <typename Body>
class Written final : public Operation {
 public:
  explicit Written(Body body) : body(std::move(body)) {}
  void run(float* const* at) override { body(at); }

 private:
  Body body;
};

template <typename Body>
std::unique_ptr<Operation> operation(Body body) {
  return std::make_unique<Written<Body>>(std::move(body));
}

/** Rows, columns, inputs, outputs, steps, and number of taps, two numbers each. */
inline Shape readShape(Numbers& from) {
  Shape shape{};
  from.fill({&shape.rows, &shape.columns, &shape.inputs, &shape.outputs, &shape.xStep, &shape.xRow, &shape.yStep, &shape.yRow});
  for (int32_t taps = from.next(); taps > 0 && from.isWhole(); taps--) {
    const int32_t x = from.next(), w = from.next();
    shape.taps.push_back({x, w});
    if (!shape.runs.empty()) {
      Run& last = shape.runs.back();
      if (last.x + last.length == x && last.w + last.length * shape.outputs == w) {
        last.length += shape.inputs;
        continue;
      }
    }
    shape.runs.push_back({x, w, shape.inputs});
  }
  return shape;
}

/** Whether a shape is one. */
inline bool isShape(const Shape& s) {
  return !s.taps.empty() && s.rows >= 0 && s.columns >= 0 && s.inputs > 0 && s.outputs > 0;
}

/** Whether tiles and vectors of eight channels come out even. */
inline bool isEven(const Shape& s) {
  return isShape(s) && s.rows > 0 && s.columns > 0 && s.rows % 2 == 0 && s.columns % 2 == 0 && s.inputs % 8 == 0 && s.outputs % 8 == 0;
}

using Made = std::unique_ptr<Operation>;

/** A reader makes an operation, or null of numbers that are none. */
inline Made readConvolution(Numbers& from) {
  const Shape shape = readShape(from);
  if (!isShape(shape)) return nullptr;
  return operation([shape](float* const* at) { convolve(shape, at[0], at[1], at[2]); });
}

inline Made readGradient(Numbers& from) {
  const Shape shape = readShape(from);
  if (!isShape(shape)) return nullptr;
  return operation([shape](float* const* at) { addGradient(shape, at[0], at[1], at[2]); });
}

inline Made readWindows(Numbers& from) {
  const Shape shape = readShape(from);
  if (!isEven(shape)) return nullptr;
  Windows windows(shape);
  return operation([windows](float* const* at) mutable { windows.convolve(at[0], at[1], at[2]); });
}

inline Made readWindowsGradient(Numbers& from) {
  const Shape shape = readShape(from);
  if (!isEven(shape)) return nullptr;
  Windows windows(shape);
  return operation([windows](float* const* at) mutable { windows.addGradient(at[0], at[1], at[2]); });
}

inline Made readTurning(Numbers& from) {
  const int32_t taps = from.next(), inputs = from.next(), outputs = from.next();
  const bool isWindow = from.next() != 0;
  if (taps <= 0 || inputs <= 0 || outputs <= 0) return nullptr;
  if (!isWindow) {
    const KernelTurning turning{taps, inputs, outputs};
    return operation([turning](float* const* at) { turning.run(at[0], at[1]); });
  }
  if (taps != 9 || inputs % 8 != 0 || outputs % 8 != 0) return nullptr;
  const WindowTurning turning{inputs, outputs};
  return operation([turning](float* const* at) { turning.run(at[0], at[1]); });
}

inline Made readJoining(Numbers& from) {
  const int32_t size = from.next(), threads = from.next();
  const GradientJoining joining{size, threads, from.next()};
  if (size <= 0 || size % 8 != 0) return nullptr;
  return operation([joining](float* const* at) { joining.run(at[0], at[1]); });
}

inline Made readImagePacking(Numbers& from) {
  ImagePacking packing{};
  from.fill({&packing.rows, &packing.columns, &packing.channels, &packing.pixelStep, &packing.rowStep});
  if (packing.channels <= 0) return nullptr;
  return operation([packing](float* const* at) { packing.run(at[0], at[1]); });
}

inline Made readKernelPacking(Numbers& from) {
  KernelPacking packing{};
  from.fill({&packing.taps, &packing.inputs, &packing.outputs});
  if (packing.taps <= 0 || packing.inputs <= 0 || packing.outputs <= 0) return nullptr;
  return operation([packing](float* const* at) { packing.run(at[0], at[1]); });
}

/** Where image or kernel are no signs after all, their numbers are multiplied. */
inline Made readSigns(Numbers& from) {
  SignWindow window{};
  from.fill({&window.height, &window.width, &window.imageRows, &window.imageColumns, &window.rowStride, &window.columnStride,
             &window.top, &window.left, &window.bottom, &window.right});
  const Shape shape = readShape(from);
  if (!isShape(shape) || window.height * window.width > SignConvolution::mostTaps) return nullptr;
  const SignConvolution signs(shape, window);
  return operation([shape, signs](float* const* at) {
    if (signs.canRun(at[3], at[4])) signs.run(at[3], at[4], at[2]);
    else convolve(shape, at[0], at[1], at[2]);
  });
}

inline Pool readPool(Numbers& from) {
  Pool pool{};
  from.fill({&pool.rows, &pool.columns, &pool.channels, &pool.imageRows, &pool.imageColumns, &pool.height, &pool.width,
             &pool.rowStride, &pool.columnStride, &pool.top, &pool.left, &pool.xPixel, &pool.xRow, &pool.yPixel, &pool.yRow});
  return pool;
}

inline Made readAverage(Numbers& from) {
  const Pool pool = readPool(from);
  return operation([pool](float* const* at) { pool.average(at[0], at[1]); });
}

inline Made readAverageGradient(Numbers& from) {
  const Pool pool = readPool(from);
  return operation([pool](float* const* at) { pool.averageGradient(at[0], at[1]); });
}

inline Made readLargest(Numbers& from) {
  const Pool pool = readPool(from);
  return operation([pool](float* const* at) { pool.largest(at[0], at[1]); });
}

inline Made readLargestGradient(Numbers& from) {
  const Pool pool = readPool(from);
  return operation([pool](float* const* at) { pool.largestGradient(at[0], at[1], at[2]); });
}

/** By kind, in the order of `stages/native.ts`. */
constexpr Made (*readers[])(Numbers&) = {
    readConvolution,   readGradient, readWindows, readWindowsGradient, readTurning, readJoining,         readImagePacking,
    readKernelPacking, readSigns,    readAverage, readAverageGradient, readLargest, readLargestGradient,
};

/** The operation of a record; null where it is none. */
inline Made readOperation(int32_t kind, Numbers from) {
  if (kind < 0 || static_cast<size_t>(kind) >= std::size(readers)) return nullptr;
  Made made = readers[kind](from);
  return from.isAll() ? std::move(made) : nullptr;
}

}  // namespace bars
