#pragma once
#include <cstddef>
#include <vector>

namespace bars {

/** Memory of a thread that an operation uses while it runs. */
inline float* scratch(size_t numbers) {
  static thread_local std::vector<float> memory;
  if (memory.size() < numbers + 8) memory.resize(numbers + 8);
  return memory.data();
}

}  // namespace bars
