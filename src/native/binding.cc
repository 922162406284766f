// The N-API face of the engine: what JavaScript can call. Arguments are checked on reading (binding_arguments.h); C++
// exceptions become JavaScript errors with a `code` of src/shared/errors.ts. Uses no more than Node-API 8, so that one
// build runs in Node and Electron; memory is always allocated by JavaScript and copied, never shared out.
#include <node_api.h>

#include <cmath>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "binding_arguments.h"
#include "calibrate.h"
#include "dispatch.h"

namespace {

using lacuna::Arguments;
using lacuna::bad;
using lacuna::EngineError;
using lacuna::Handle;
using lacuna::Index;
using lacuna::must;
using lacuna::Order;

napi_value throw_error(napi_env env, const char* code, const char* message) {
  napi_throw_error(env, code, message);
  return nullptr;
}

/** Run the body of a binding function; no C++ exception leaves it. */
template <napi_value (*Body)(const Arguments&)>
napi_value guarded(napi_env env, napi_callback_info info) {
  try {
    return Body(Arguments(env, info));
  } catch (const EngineError& error) {
    return throw_error(env, error.code, error.what());
  } catch (const std::bad_alloc&) {
    return throw_error(env, "too-large", "There is not enough memory for this network and batch size.");
  } catch (const std::exception& error) {
    return throw_error(env, "internal", error.what());
  }
}

void set_number(napi_env env, napi_value object, const char* name, double value) {
  napi_value number;
  must(napi_create_double(env, value, &number));
  must(napi_set_named_property(env, object, name, number));
}

void set_boolean(napi_env env, napi_value object, const char* name, bool value) {
  napi_value boolean;
  must(napi_get_boolean(env, value, &boolean));
  must(napi_set_named_property(env, object, name, boolean));
}

/** instructionSets() -> string[]: supported ones, best first. */
napi_value instruction_sets(const Arguments& a) {
  napi_value result;
  must(napi_create_array(a.env(), &result));
  uint32_t i = 0;
  for (const lacuna::Kernels* kernels : lacuna::available_kernels()) {
    napi_value name;
    must(napi_create_string_utf8(a.env(), kernels->name, NAPI_AUTO_LENGTH, &name));
    must(napi_set_element(a.env(), result, i++, name));
  }
  return result;
}

/** sparseLimits(instructionSet) -> [small matrices, large matrices]: densities under which pruned weights are skipped. */
napi_value sparse_limits(const Arguments& a) {
  const lacuna::Kernels* kernels = lacuna::find_kernels(a.text(0, "instructionSet"));
  if (kernels == nullptr) throw EngineError("engine-unavailable", "This processor or build lacks the instruction set asked for.");
  napi_value result;
  must(napi_create_array(a.env(), &result));
  for (uint32_t i = 0; i < 2; ++i) {
    napi_value limit;
    must(napi_create_double(a.env(), static_cast<double>(lacuna::measured_sparse_below(*kernels, i == 1)), &limit));
    must(napi_set_element(a.env(), result, i, limit));
  }
  return result;
}

void finalize_model(napi_env, void* data, void*) { delete static_cast<Handle*>(data); }

/**
 * create(description: Int32Array, weights: Float32Array[], masks: (Uint8Array | null)[], m: Float32Array[] | null,
 *        v: Float32Array[] | null, step, instructionSet: string, threads, order, sparseBelow) -> model
 */
napi_value create(const Arguments& a) {
  const auto description = a.array<int32_t>(0, napi_int32_array, "description");
  lacuna::Network network = lacuna::Network::parse(description.data, description.size);
  const std::vector<lacuna::ParameterShape> shapes = lacuna::parameter_shapes(network);
  lacuna::ParameterValues values;
  values.w = floats_of(a, 1, "weights", shapes);
  values.masks = masks_of(a, 2, shapes);
  if (!a.absent(3)) {
    values.m = floats_of(a, 3, "m", shapes);
    values.v = floats_of(a, 4, "v", shapes);
  }
  values.step = a.integer(5, "step", 0, 9007199254740991.0);
  const lacuna::Kernels* kernels = lacuna::find_kernels(a.text(6, "instructionSet"));
  if (kernels == nullptr) throw EngineError("engine-unavailable", "This processor or build lacks the instruction set asked for.");
  lacuna::ModelOptions options;
  options.threads = static_cast<int>(a.integer(7, "threads", 1, 2));
  options.order = static_cast<int>(a.integer(8, "order", 0, 2));
  options.sparse_below = static_cast<float>(a.number(9, "sparseBelow", lacuna::kConstantLimits, 2));
  auto handle = std::make_unique<Handle>();
  handle->model = std::make_unique<lacuna::Model>(std::move(network), values, *kernels, options);
  napi_value result;
  must(napi_create_external(a.env(), handle.get(), finalize_model, nullptr, &result));
  handle.release();
  must(napi_type_tag_object(a.env(), result, &lacuna::kModelTag));
  return result;
}

/** train(model, tokens, offsets, labels, order, batchSize, optimizer: Float64Array(5), control?) -> result */
napi_value train(const Arguments& a) {
  lacuna::Model& model = a.model(0);
  const lacuna::Split split = split_of(a, 1, model.network());
  const Order order = order_of(a, 4, split);
  const Index batch_size = a.integer(5, "batchSize", 1, 1 << 24);
  const auto options = a.array<double>(6, napi_float64_array, "optimizer");
  if (options.size != 5) bad("optimizer must have 5 values.");
  for (Index i = 0; i < 5; ++i) {
    if (std::isnan(options.data[i]) || options.data[i] < 0) bad("optimizer values must be numbers of at least 0.");
  }
  if (!(options.data[1] < 1) || !(options.data[2] < 1)) bad("beta1 and beta2 must be less than 1.");
  if (options.data[4] == 0) bad("clipNorm must be more than 0.");
  const auto control = control_of(a, 7);
  const double* o = options.data;
  const lacuna::TrainResult r =
      model.train(split, order.data, order.size, batch_size, {o[0], o[1], o[2], o[3], o[4]}, control.get());
  napi_value result;
  must(napi_create_object(a.env(), &result));
  set_number(a.env(), result, "batches", static_cast<double>(r.batches));
  set_number(a.env(), result, "sequences", static_cast<double>(r.sequences));
  set_number(a.env(), result, "correct", static_cast<double>(r.correct));
  set_number(a.env(), result, "lossSum", r.loss_sum);
  set_number(a.env(), result, "sequenceLossSum", r.sequence_loss_sum);
  set_boolean(a.env(), result, "stopped", r.stopped);
  set_number(a.env(), result, "nonFinite", static_cast<double>(static_cast<int>(r.non_finite)));
  set_number(a.env(), result, "nonFiniteBatch", static_cast<double>(r.non_finite_batch));
  return result;
}

/** evaluate(model, tokens, offsets, labels, order, batchSize, predictions: Uint16Array | null, control?) -> result */
napi_value evaluate(const Arguments& a) {
  lacuna::Model& model = a.model(0);
  const lacuna::Split split = split_of(a, 1, model.network());
  const Order order = order_of(a, 4, split);
  const Index batch_size = a.integer(5, "batchSize", 1, 1 << 24);
  uint16_t* predictions = nullptr;
  if (!a.absent(6)) {
    const auto view = a.array<uint16_t>(6, napi_uint16_array, "predictions");
    if (view.size != order.size) throw EngineError("shape-mismatch", "predictions must have one value per sequence of order.");
    predictions = view.data;
  }
  const auto control = control_of(a, 7);
  const lacuna::EvaluateResult r =
      model.evaluate(split, order.data, order.size, batch_size, predictions, control.get());
  napi_value result;
  must(napi_create_object(a.env(), &result));
  set_number(a.env(), result, "sequences", static_cast<double>(r.sequences));
  set_number(a.env(), result, "correct", static_cast<double>(r.correct));
  set_number(a.env(), result, "lossSum", r.loss_sum);
  set_number(a.env(), result, "sequenceLossSum", r.sequence_loss_sum);
  set_boolean(a.env(), result, "stopped", r.stopped);
  return result;
}

/** gradients(model, tokens, offsets, labels, order, out: Float32Array[]) -> loss */
napi_value gradients(const Arguments& a) {
  lacuna::Model& model = a.model(0);
  const lacuna::Split split = split_of(a, 1, model.network());
  const Order order = order_of(a, 4, split);
  const std::vector<float*> out = outputs_of(a, 5, model);
  napi_value result;
  must(napi_create_double(a.env(), model.gradients(split, order.data, order.size, out), &result));
  return result;
}

/** read(model, what: 0 weights, 1 m, 2 v, out: Float32Array[]) -> steps taken by the optimizer */
napi_value read(const Arguments& a) {
  const lacuna::Model& model = a.model(0);
  const int what = static_cast<int>(a.integer(1, "what", 0, 2));
  const std::vector<float*> out = outputs_of(a, 2, model);
  for (std::size_t i = 0; i < out.size(); ++i) model.parameters().read(what, static_cast<Index>(i), out[i]);
  napi_value result;
  must(napi_create_double(a.env(), static_cast<double>(model.parameters().step), &result));
  return result;
}

/**
 * trace(model, tokens: Uint16Array, logits: Float32Array[K], out: Float32Array[]): per cell in order h [T, H], for an
 * LSTM c, then each gate, all of one size.
 */
napi_value trace(const Arguments& a) {
  lacuna::Model& model = a.model(0);
  const lacuna::Network& network = model.network();
  const auto tokens = a.array<uint16_t>(1, napi_uint16_array, "tokens");
  if (tokens.size < 1 || tokens.size > (1 << 24)) bad("tokens must have at least one value.");
  for (Index t = 0; t < tokens.size; ++t) {
    if (tokens.data[t] >= network.vocabulary) throw EngineError("shape-mismatch", "A token is outside the vocabulary.");
  }
  const auto logits = a.array<float>(2, napi_float32_array, "logits");
  if (logits.size != network.classes) throw EngineError("shape-mismatch", "logits must have one value per class.");
  const bool lstm = network.cell == lacuna::Cell::kLstm, gru = network.cell == lacuna::Cell::kGru;
  std::vector<int> kinds = {0};
  if (lstm) kinds = {0, 1, 2, 3, 4, 5};
  if (gru) kinds = {0, 2, 3, 4};
  const std::vector<napi_value> out = a.list(3, "out");
  const uint32_t offsets[2] = {0, static_cast<uint32_t>(tokens.size)};
  const uint16_t label = 0;
  model.trace({tokens.data, offsets, &label, 1});
  std::size_t next = 0;
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const Index units = network.layers[l].size;
    for (std::size_t c = 0; c < network.layers[l].cells.size(); ++c) {
      for (const int kind : kinds) {
        if (next >= out.size()) throw EngineError("shape-mismatch", "out has too few arrays.");
        const auto view = a.view<float>(out[next++], napi_float32_array, "out");
        if (view.size != tokens.size * units) throw EngineError("shape-mismatch", "An array of out has the wrong size.");
        for (Index t = 0; t < tokens.size; ++t) {
          for (Index u = 0; u < units; ++u) {
            view.data[t * units + u] = model.activation(static_cast<Index>(l), static_cast<Index>(c), t, kind, u);
          }
        }
      }
    }
  }
  for (Index k = 0; k < network.classes; ++k) logits.data[k] = model.logit(k);
  napi_value result;
  must(napi_get_undefined(a.env(), &result));
  return result;
}

/** dispose(model): release its memory now; every later use is refused. */
napi_value dispose(const Arguments& a) {
  a.handle(0).model.reset();
  napi_value result;
  must(napi_get_undefined(a.env(), &result));
  return result;
}

napi_value initialize(napi_env env, napi_value exports) {
  const napi_property_descriptor functions[] = {
      {"instructionSets", nullptr, guarded<instruction_sets>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"sparseLimits", nullptr, guarded<sparse_limits>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"create", nullptr, guarded<create>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"train", nullptr, guarded<train>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"evaluate", nullptr, guarded<evaluate>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"gradients", nullptr, guarded<gradients>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"read", nullptr, guarded<read>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"trace", nullptr, guarded<trace>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"dispose", nullptr, guarded<dispose>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  napi_define_properties(env, exports, sizeof functions / sizeof functions[0], functions);
  return exports;
}

}  // namespace

NAPI_MODULE(lacuna_native, initialize)
