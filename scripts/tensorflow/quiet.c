// Silences the standard error stream of the process while the TensorFlow library loads: it writes two lines
// about oneDNN before any of its own log settings apply. Errors of loading arrive as exceptions, not there.
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

static int saved = -1;

static napi_value Mute(napi_env env, napi_callback_info info) {
  if (saved != -1) return NULL;
  int nowhere = open("/dev/null", O_WRONLY);
  if (nowhere == -1) return NULL;
  saved = dup(STDERR_FILENO);
  if (saved != -1) dup2(nowhere, STDERR_FILENO);
  close(nowhere);
  return NULL;
}

static napi_value Unmute(napi_env env, napi_callback_info info) {
  if (saved == -1) return NULL;
  dup2(saved, STDERR_FILENO);
  close(saved);
  saved = -1;
  return NULL;
}

NAPI_MODULE_INIT() {
  napi_value function;
  if (napi_create_function(env, "mute", NAPI_AUTO_LENGTH, Mute, NULL, &function) != napi_ok) return NULL;
  if (napi_set_named_property(env, exports, "mute", function) != napi_ok) return NULL;
  if (napi_create_function(env, "unmute", NAPI_AUTO_LENGTH, Unmute, NULL, &function) != napi_ok) return NULL;
  if (napi_set_named_property(env, exports, "unmute", function) != napi_ok) return NULL;
  return exports;
}
