// TensorFlow.js: a model.json, and beside it the files with its numbers. Dense layers alone; as interop/keras_files.py.

import { MOST, NAMES, countOf, named, numbersOf, refuse, sizeOf } from "./bytes.js";
import { networkOf } from "./layers.js";

const TFJS_KINDS = { float32: "f4", int32: "i4", uint8: "u1", uint16: "u2", float16: "f2" };
const NO_EFFECT = ["InputLayer", "Dropout", "AlphaDropout", "GaussianNoise", "GaussianDropout", "Flatten", "Reshape"];

const notAModel = () => refuse("its description of the model is damaged");
const asList = (value) => (Array.isArray(value) ? value : notAModel());
const asObject = (value) => (value !== null && typeof value === "object" && !Array.isArray(value) ? value : notAModel());

/** Arrays by name. @param {object} said what model.json says @param {Map<string, Uint8Array>} beside the other files */
function manifestOf(said, beside) {
  const arrays = new Map();
  for (const group of asList(said.weightsManifest).map(asObject)) {
    const parts = asList(group.paths).map((path) => {
      const name = String(path).split("/").pop();
      return beside.get(name) ?? refuse(`its numbers are in ${named(name)}; choose that file together with it`);
    });
    const body = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) { body.set(part, at); at += part.length; }
    at = 0;
    for (const { name, shape, dtype, quantization = null } of asList(group.weights).map(asObject)) {
      const type = quantization?.dtype ?? dtype, kind = Object.hasOwn(TFJS_KINDS, type) ? TFJS_KINDS[type] : notAModel();
      if (!asList(shape).every((n) => Number.isSafeInteger(n) && n >= 0) || shape.length > 8) notAModel();
      const end = at + countOf(shape) * sizeOf(kind);
      if (end > body.length) refuse("its files are shorter than it claims");
      let values = numbersOf(body.slice(at, end), kind);
      if (typeof quantization?.scale === "number") values = Float32Array.from(values, (v) => v * Math.fround(quantization.scale) + Math.fround(quantization.min ?? 0));
      arrays.set(String(name), { name: String(name), shape, kind: "f4", values });
      at = end;
    }
  }
  return arrays;
}

/** A network of a stack of Dense layers. @returns {import("./layers.js").Found} */
export function networkInTfjs(said, beside, name) {
  const arrays = manifestOf(said, beside), topology = asObject(said.modelTopology), model = asObject(topology.model_config ?? topology);
  const { layers: listed = model.config } = asObject(model).config ?? {}, weights = [], biases = [], names = [];
  const known = (text) => (typeof text === "string" && Object.hasOwn(NAMES.activations, text) ? NAMES.activations[text] : refuse(`its activation ${named(text)} is not known here`));
  for (const { class_name: kind, config } of asList(listed).slice(0, MOST.entries).map(asObject)) {
    const { name: layer, activation = "linear" } = asObject(config), called = `${named(kind)} ${named(layer)}`;
    if (kind === "Dense") {
      const kernel = arrays.get(`${layer}/kernel`) ?? refuse(`its ${called} has no weights`);
      if (kernel.shape.length !== 2) notAModel();
      const [inputs, rows] = kernel.shape, turned = new Float32Array(countOf(kernel.shape));
      for (let i = 0; i < inputs; i++) for (let j = 0; j < rows; j++) turned[j * inputs + i] = kernel.values[i * rows + j];
      weights.push({ ...kernel, shape: [rows, inputs], values: turned });
      biases.push(arrays.get(`${layer}/bias`) ?? null);
      names.push(activation === "leaky_relu" ? "leaky_relu:0.2" : activation === "log_softmax" ? activation : known(activation));
    } else if (["Activation", "ReLU", "Softmax"].includes(kind) && names[names.length - 1] === "identity") {
      names[names.length - 1] = kind === "Activation" ? known(activation) : kind.toLowerCase();
    } else if (!NO_EFFECT.includes(kind)) refuse(`its ${called} is not shown here: a network is Dense layers; weightmaps.interop, in Python, reads more`);
  }
  return networkOf(weights, biases, names, name, false);
}
