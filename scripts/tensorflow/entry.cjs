// Entry of vendor/tfjs-node, copied there by scripts/setup-tensorflow.mjs. tfjs-node's own entry pulls in the
// layers and data packages, image codecs and an addon finder; here its kernels and back end go straight into the
// one tfjs-core of the project.
"use strict";
const tf = require("@tensorflow/tfjs");

// Methods of tensors that tfjs-node's kernels call (Exp, ArgMax, ArgMin, Prelu). tfjs-core alone has none of them.
const methods = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  toInt: (x) => tf.cast(x, "int32"),
  toFloat: (x) => tf.cast(x, "float32"),
};
for (const [name, method] of Object.entries(methods)) {
  tf.Tensor.prototype[name] ??= function (...args) {
    return method(this, ...args);
  };
}

function loadBinding() {
  const verbose = process.env.TF_CPP_MIN_LOG_LEVEL === "0";
  const quiet = verbose ? undefined : require("./lib/napi-v8/quiet.node");
  quiet?.mute();
  try {
    return require("./lib/napi-v8/tfjs_binding.node");
  } finally {
    quiet?.unmute();
  }
}

const binding = loadBinding();
require("./dist/register_all_kernels");
const { NodeJSKernelBackend } = require("./dist/nodejs_kernel_backend");
tf.registerBackend("tensorflow", () => new NodeJSKernelBackend(binding, "@tensorflow/tfjs-node"), 3);
