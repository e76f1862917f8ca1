// Operations on images as functions for Node: attach(memory, records) gives one that runs an operation on addresses in that memory.
#include <node_api.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

// What comes from the library above must run anywhere.
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#include "operations.h"
#pragma GCC pop_options

namespace {

/** A memory, and what runs on it. */
struct Attached {
  char* memory;
  std::vector<std::unique_ptr<bars::Operation>> operations;
};

/** Reads records one behind the other. */
bool readRecords(const int32_t* from, size_t count, Attached& into) {
  for (bars::Numbers left(from, count); left.count() > 0;) {
    const int32_t kind = left.next(), length = left.next();
    if (length < 0 || static_cast<size_t>(length) > left.count()) return false;
    auto made = bars::readOperation(kind, left.part(static_cast<size_t>(length)));
    if (!made) return false;
    into.operations.push_back(std::move(made));
  }
  return true;
}

/** Addresses that an operation may have. */
constexpr size_t most = 5;

/** `(operation, a, b, c, d, e)`: its number, and addresses in the memory. */
napi_value run(napi_env env, napi_callback_info info) {
  size_t count = most + 1;
  napi_value given[most + 1];
  void* data = nullptr;
  napi_get_cb_info(env, info, &count, given, nullptr, &data);
  const Attached& self = *static_cast<Attached*>(data);
  uint32_t numbers[most + 1] = {};
  for (size_t i = 0; i <= most; i++) napi_get_value_uint32(env, given[i], &numbers[i]);
  if (numbers[0] >= self.operations.size()) {
    napi_throw_range_error(env, nullptr, "stages: there is no such operation.");
    return nullptr;
  }
  float* at[most];
  for (size_t i = 0; i < most; i++) at[i] = reinterpret_cast<float*>(self.memory + numbers[i + 1]);
  self.operations[numbers[0]]->run(at);
  return nullptr;
}

/** `(memory: Uint8Array, records: Int32Array)`; the caller keeps the memory as long as the function. */
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
      type != napi_int32_array || !readRecords(static_cast<int32_t*>(numbers), length, *self)) {
    napi_throw_type_error(env, nullptr, "stages: expected a Uint8Array and an Int32Array of operations.");
    return nullptr;
  }
  self->memory = static_cast<char*>(memory);
  napi_value function = nullptr;
  napi_create_function(env, "run", NAPI_AUTO_LENGTH, run, self.get(), &function);
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
