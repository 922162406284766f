// Checks of arguments. Whatever JavaScript passes, native code behind it sees only what is right.
#include "binding_arguments.h"

#include <cmath>

namespace lacuna {

void must(napi_status status) {
  if (status != napi_ok) throw EngineError("internal", "A Node-API call of the native engine failed.");
}

void bad(const std::string& message) { throw EngineError("bad-request", message); }

Arguments::Arguments(napi_env env, napi_callback_info info) : env_(env) {
  must(napi_get_cb_info(env, info, &count_, values_, nullptr, nullptr));
}

napi_value Arguments::at(std::size_t i, const char* name) const {
  if (i >= count_ || i >= kMost) bad(std::string("Argument ") + name + " is missing.");
  return values_[i];
}

bool Arguments::absent(std::size_t i) const {
  if (i >= count_ || i >= kMost) return true;
  napi_valuetype type;
  must(napi_typeof(env_, values_[i], &type));
  return type == napi_undefined || type == napi_null;
}

double Arguments::number(std::size_t i, const char* name, double low, double high) const {
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

Index Arguments::integer(std::size_t i, const char* name, double low, double high) const {
  const double value = number(i, name, low, high);
  if (value != std::floor(value)) bad(std::string("Argument ") + name + " must be a whole number.");
  return static_cast<Index>(value);
}

std::string Arguments::text(std::size_t i, const char* name) const {
  char buffer[64] = {};
  std::size_t length = 0;
  napi_valuetype type;
  must(napi_typeof(env_, at(i, name), &type));
  if (type != napi_string) bad(std::string("Argument ") + name + " must be a string.");
  must(napi_get_value_string_utf8(env_, values_[i], buffer, sizeof buffer, &length));
  return std::string(buffer, length);
}

std::vector<napi_value> Arguments::list(std::size_t i, const char* name) const {
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

Handle& Arguments::handle(std::size_t i) const {
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

Split split_of(const Arguments& a, std::size_t i, const Network& network) {
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

Order order_of(const Arguments& a, std::size_t i, const Split& split) {
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

std::unique_ptr<Control> control_of(const Arguments& a, std::size_t i) {
  if (a.absent(i)) return nullptr;
  const auto memory = a.array<int32_t>(i, napi_int32_array, "control");
  if (memory.size * 4 < kControlBytes) bad("control is smaller than its layout.");
  return std::make_unique<Control>(memory.data);
}

std::vector<const float*> floats_of(const Arguments& a, std::size_t i, const char* name,
                                    const std::vector<ParameterShape>& shapes) {
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

std::vector<const uint8_t*> masks_of(const Arguments& a, std::size_t i, const std::vector<ParameterShape>& shapes) {
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

std::vector<float*> outputs_of(const Arguments& a, std::size_t i, const Model& model) {
  std::vector<float*> out;
  for (const float* p : floats_of(a, i, "out", parameter_shapes(model.network()))) out.push_back(const_cast<float*>(p));
  return out;
}

}  // namespace lacuna
