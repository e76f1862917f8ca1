// The convolutions as functions for Node: attach(memory, shapes) gives one that runs a shape on addresses in that memory.
#include <node_api.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

// What comes from the library above must run anywhere.
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#include "convolution.h"
#pragma GCC pop_options

namespace {

/** A memory, and what runs on it. */
struct Attached {
  char* memory;
  std::vector<bars::Shape> shapes;
  std::vector<bool> gradients;
};

/** Numbers of one shape before those of its taps. */
constexpr size_t head = 10;

/** Reads shapes one behind the other: whether a gradient, rows, columns, …, number of taps, and two numbers a tap. */
bool readShapes(const int32_t* from, size_t count, Attached& into) {
  for (size_t at = 0; at < count;) {
    if (count - at < head) return false;
    const int32_t* s = from + at;
    bars::Shape shape{s[1], s[2], s[3], s[4], s[5], s[6], s[7], s[8], {}, {}};
    const size_t taps = static_cast<size_t>(s[9]);
    if (s[9] <= 0 || s[4] < 4 || count - at - head < 2 * taps) return false;
    for (size_t i = 0; i < taps; i++) {
      const bars::Tap tap{s[head + 2 * i], s[head + 2 * i + 1]};
      shape.taps.push_back(tap);
      if (!shape.runs.empty()) {
        bars::Run& last = shape.runs.back();
        if (last.x + last.length == tap.x && last.w + last.length * shape.outputs == tap.w) {
          last.length += shape.inputs;
          continue;
        }
      }
      shape.runs.push_back({tap.x, tap.w, shape.inputs});
    }
    into.shapes.push_back(std::move(shape));
    into.gradients.push_back(s[0] != 0);
    at += head + 2 * taps;
  }
  return true;
}

/** `(shape, x, w, y)`: a shape's number, and addresses in the memory. */
napi_value run(napi_env env, napi_callback_info info) {
  size_t count = 4;
  napi_value given[4];
  void* data = nullptr;
  napi_get_cb_info(env, info, &count, given, nullptr, &data);
  const Attached& self = *static_cast<Attached*>(data);
  uint32_t n[4] = {0, 0, 0, 0};
  for (size_t i = 0; i < 4; i++) napi_get_value_uint32(env, given[i], &n[i]);
  if (n[0] >= self.shapes.size()) {
    napi_throw_range_error(env, nullptr, "stages: there is no such convolution.");
    return nullptr;
  }
  const bars::Shape& shape = self.shapes[n[0]];
  auto at = [&self](uint32_t address) { return reinterpret_cast<float*>(self.memory + address); };
  if (self.gradients[n[0]])
    bars::addGradient(shape, at(n[1]), at(n[2]), at(n[3]));
  else
    bars::convolve(shape, at(n[1]), at(n[2]), at(n[3]));
  return nullptr;
}

/** `(memory: Uint8Array, shapes: Int32Array)`; the caller keeps the memory as long as the function. */
napi_value attach(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value given[2];
  napi_get_cb_info(env, info, &count, given, nullptr, nullptr);
  auto self = std::make_unique<Attached>();
  void *memory = nullptr, *numbers = nullptr;
  size_t bytes = 0, length = 0;
  napi_typedarray_type bytesType, type;
  if (napi_get_typedarray_info(env, given[0], &bytesType, &bytes, &memory, nullptr, nullptr) != napi_ok ||
      bytesType != napi_uint8_array ||
      napi_get_typedarray_info(env, given[1], &type, &length, &numbers, nullptr, nullptr) != napi_ok ||
      type != napi_int32_array || !readShapes(static_cast<int32_t*>(numbers), length, *self)) {
    napi_throw_type_error(env, nullptr, "stages: expected a Uint8Array and an Int32Array of convolutions.");
    return nullptr;
  }
  self->memory = static_cast<char*>(memory);
  napi_value function = nullptr;
  napi_create_function(env, "convolve", NAPI_AUTO_LENGTH, run, self.get(), &function);
  napi_add_finalizer(
      env, function, self.get(), [](napi_env, void* data, void*) { delete static_cast<Attached*>(data); }, nullptr,
      nullptr);
  self.release();
  return function;
}

napi_value initialize(napi_env env, napi_value exports) {
  napi_value supported = nullptr, function = nullptr;
  __builtin_cpu_init();
  napi_get_boolean(env, __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"), &supported);
  napi_set_named_property(env, exports, "supported", supported);
  napi_create_function(env, "attach", NAPI_AUTO_LENGTH, attach, nullptr, &function);
  napi_set_named_property(env, exports, "attach", function);
  return exports;
}

}  // namespace

NAPI_MODULE(bars_convolution, initialize)
