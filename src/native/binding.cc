// The N-API face of the engine. Every argument is checked here: types, sizes, ranges, tokens and labels; C++ exceptions
// become JavaScript errors with a `code` of src/shared/errors.ts. Uses no more than Node-API 8, so that one build runs
// in Node and Electron; memory is always allocated by JavaScript and copied, never shared out.
#include <node_api.h>

#include <cmath>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "calibrate.h"
#include "dispatch.h"
#include "model.h"

namespace {

using lacuna::EngineError;
using lacuna::Index;

constexpr napi_type_tag kModelTag = {0x6c6163756e61206dull, 0x6f64656c20766572ull};

struct Handle {
  std::unique_ptr<lacuna::Model> model;
};

/** Throws for every failing Node-API call; the wrapper turns it into a JavaScript exception. */
void must(napi_status status) {
  if (status != napi_ok) throw EngineError("internal", "A Node-API call of the native engine failed.");
}

[[noreturn]] void bad(const std::string& message) { throw EngineError("bad-request", message); }

/** The arguments of one call. */
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) : env_(env) {
    must(napi_get_cb_info(env, info, &count_, values_, nullptr, nullptr));
  }
  napi_env env() const { return env_; }

  napi_value at(std::size_t i, const char* name) const {
    if (i >= count_ || i >= kMost) bad(std::string("Argument ") + name + " is missing.");
    return values_[i];
  }
  bool absent(std::size_t i) const {
    if (i >= count_ || i >= kMost) return true;
    napi_valuetype type;
    must(napi_typeof(env_, values_[i], &type));
    return type == napi_undefined || type == napi_null;
  }
  double number(std::size_t i, const char* name, double low, double high) const {
    napi_valuetype type;
    must(napi_typeof(env_, at(i, name), &type));
    double value = 0.0;
    if (type == napi_number) must(napi_get_value_double(env_, values_[i], &value));
    if (type != napi_number || !(value >= low && value <= high)) {
      bad(std::string("Argument ") + name + " must be a number from " + std::to_string(low) + " to " +
          std::to_string(high) + ".");
    }
    return value;
  }
  Index integer(std::size_t i, const char* name, double low, double high) const {
    const double value = number(i, name, low, high);
    if (value != std::floor(value)) bad(std::string("Argument ") + name + " must be a whole number.");
    return static_cast<Index>(value);
  }
  std::string text(std::size_t i, const char* name) const {
    char buffer[64] = {};
    std::size_t length = 0;
    napi_valuetype type;
    must(napi_typeof(env_, at(i, name), &type));
    if (type != napi_string) bad(std::string("Argument ") + name + " must be a string.");
    must(napi_get_value_string_utf8(env_, values_[i], buffer, sizeof buffer, &length));
    return std::string(buffer, length);
  }

  template <class T>
  struct View {
    T* data = nullptr;
    Index size = 0;
  };
  template <class T>
  View<T> view(napi_value value, napi_typedarray_type wanted, const char* name) const {
    bool is_array = false;
    must(napi_is_typedarray(env_, value, &is_array));
    if (!is_array) bad(std::string("Argument ") + name + " must be a typed array.");
    napi_typedarray_type type;
    std::size_t length = 0;
    void* data = nullptr;
    must(napi_get_typedarray_info(env_, value, &type, &length, &data, nullptr, nullptr));
    if (type != wanted) bad(std::string("Argument ") + name + " is a typed array of another kind than expected.");
    return {static_cast<T*>(data), static_cast<Index>(length)};
  }
  template <class T>
  View<T> array(std::size_t i, napi_typedarray_type wanted, const char* name) const {
    return view<T>(at(i, name), wanted, name);
  }
  /** The elements of a JavaScript array. */
  std::vector<napi_value> list(std::size_t i, const char* name) const {
    bool is_array = false;
    must(napi_is_array(env_, at(i, name), &is_array));
    if (!is_array) bad(std::string("Argument ") + name + " must be an array.");
    uint32_t length = 0;
    must(napi_get_array_length(env_, values_[i], &length));
    if (length > (1u << 24)) bad(std::string("Argument ") + name + " is too long.");
    std::vector<napi_value> elements(length);
    for (uint32_t k = 0; k < length; ++k) must(napi_get_element(env_, values_[i], k, &elements[k]));
    return elements;
  }
  lacuna::Model& model(std::size_t i) const { return *handle(i).model; }
  Handle& handle(std::size_t i) const {
    napi_valuetype type;
    must(napi_typeof(env_, at(i, "model"), &type));
    bool tagged = false;
    if (type == napi_external) must(napi_check_object_type_tag(env_, values_[i], &kModelTag, &tagged));
    if (!tagged) bad("Argument model is not a model of this engine.");
    void* data = nullptr;
    must(napi_get_value_external(env_, values_[i], &data));
    Handle* handle = static_cast<Handle*>(data);
    if (handle->model == nullptr) throw EngineError("conflict", "The model was disposed of and cannot be used any more.");
    return *handle;
  }

 private:
  static constexpr std::size_t kMost = 12;
  napi_env env_;
  std::size_t count_ = kMost;
  napi_value values_[kMost] = {};
};

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

/** Arguments i, i + 1, i + 2: tokens, offsets, labels. Every token, offset and label is checked against the model. */
lacuna::Split split_of(const Arguments& a, std::size_t i, const lacuna::Network& network) {
  const auto tokens = a.array<uint16_t>(i, napi_uint16_array, "tokens");
  const auto offsets = a.array<uint32_t>(i + 1, napi_uint32_array, "offsets");
  const auto labels = a.array<uint16_t>(i + 2, napi_uint16_array, "labels");
  if (offsets.size != labels.size + 1) throw EngineError("shape-mismatch", "offsets must have one value more than labels.");
  if (offsets.data[0] != 0 || static_cast<Index>(offsets.data[labels.size]) != tokens.size) {
    throw EngineError("shape-mismatch", "offsets must begin at 0 and end with the number of tokens.");
  }
  for (Index n = 0; n < labels.size; ++n) {
    if (offsets.data[n + 1] <= offsets.data[n]) {
      throw EngineError("shape-mismatch", "Sequence " + std::to_string(n) + " has no token; every sequence needs at least one.");
    }
    if (labels.data[n] >= network.classes) {
      throw EngineError("shape-mismatch", "Sequence " + std::to_string(n) + " has class " + std::to_string(labels.data[n]) +
                                         ", but the network knows " + std::to_string(network.classes) + " classes.");
    }
  }
  for (Index t = 0; t < static_cast<Index>(offsets.data[labels.size]); ++t) {
    if (tokens.data[t] == 0 || tokens.data[t] >= network.vocabulary) {
      throw EngineError("shape-mismatch", "Token " + std::to_string(tokens.data[t]) + " at position " + std::to_string(t) +
                                         " is not one of 1 to " + std::to_string(network.vocabulary - 1) + ".");
    }
  }
  return {tokens.data, offsets.data, labels.data, labels.size};
}

struct Order {
  const uint32_t* data;
  Index size;
};

Order order_of(const Arguments& a, std::size_t i, const lacuna::Split& split) {
  const auto order = a.array<uint32_t>(i, napi_uint32_array, "order");
  if (order.size == 0) bad("order must name at least one sequence.");
  for (Index k = 0; k < order.size; ++k) {
    if (static_cast<Index>(order.data[k]) >= split.sequences) {
      throw EngineError("bad-request", "order names sequence " + std::to_string(order.data[k]) + ", but the split has " +
                                           std::to_string(split.sequences) + ".");
    }
  }
  return {order.data, order.size};
}

/** Argument i: an Int32Array over the run's shared memory, or nothing. */
std::unique_ptr<lacuna::Control> control_of(const Arguments& a, std::size_t i) {
  if (a.absent(i)) return nullptr;
  const auto memory = a.array<int32_t>(i, napi_int32_array, "control");
  if (memory.size * 4 < lacuna::kControlBytes) bad("control is smaller than its layout.");
  return std::make_unique<lacuna::Control>(memory.data);
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

/** Float arrays of a list argument, one per parameter and of its size. */
std::vector<const float*> floats_of(const Arguments& a, std::size_t i, const char* name,
                                    const std::vector<lacuna::ParameterShape>& shapes) {
  const std::vector<napi_value> list = a.list(i, name);
  if (list.size() != shapes.size()) throw EngineError("shape-mismatch", std::string(name) + " has another number of arrays than the network has parameters.");
  std::vector<const float*> result;
  for (std::size_t k = 0; k < list.size(); ++k) {
    const auto view = a.view<float>(list[k], napi_float32_array, name);
    if (view.size != shapes[k].count()) {
      throw EngineError("shape-mismatch", std::string(name) + " array " + std::to_string(k) + " has " + std::to_string(view.size) +
                                              " values; expected " + std::to_string(shapes[k].count()) + ".");
    }
    result.push_back(view.data);
  }
  return result;
}

std::vector<const uint8_t*> masks_of(const Arguments& a, std::size_t i, const std::vector<lacuna::ParameterShape>& shapes) {
  using lacuna::Role;
  const std::vector<napi_value> list = a.list(i, "masks");
  if (list.size() != shapes.size()) throw EngineError("shape-mismatch", "masks has another number of entries than the network has parameters.");
  std::vector<const uint8_t*> result;
  for (std::size_t k = 0; k < list.size(); ++k) {
    napi_valuetype type;
    must(napi_typeof(a.env(), list[k], &type));
    if (type == napi_null || type == napi_undefined) {
      result.push_back(nullptr);
      continue;
    }
    const auto view = a.view<uint8_t>(list[k], napi_uint8_array, "masks");
    const Role role = shapes[k].role;
    if (role != Role::kWeightIh && role != Role::kWeightHh && role != Role::kLinearWeight) {
      throw EngineError("shape-mismatch", "Only weight matrices can be masked; parameter " + std::to_string(k) + " is none.");
    }
    if (view.size != shapes[k].count()) throw EngineError("shape-mismatch", "Mask " + std::to_string(k) + " has the wrong size.");
    result.push_back(view.data);
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
  must(napi_type_tag_object(a.env(), result, &kModelTag));
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

/** Float arrays to be filled, one per parameter and of its size. */
std::vector<float*> outputs_of(const Arguments& a, std::size_t i, const lacuna::Model& model) {
  std::vector<float*> out;
  for (const float* p : floats_of(a, i, "out", lacuna::parameter_shapes(model.network()))) out.push_back(const_cast<float*>(p));
  return out;
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
