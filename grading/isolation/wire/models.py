"""A Keras model as its configuration and its weights, and a model that Keras builds from them.

Only Keras's own layers are built, and none that holds code, reads files or runs another framework. The configuration is
looked through before Keras sees it; Keras then reads it in its safe mode. A model with parts of the student's own
crosses as a graph (``graphs``).
"""

import json
from typing import Any

import numpy as np

from . import graphs
from .codec import Composite
from .validation import Refused, field

MAX_CONFIG_CHARACTERS = 2_000_000
MAX_CONFIG_NODES = 200_000
MAX_CONFIG_DEPTH = 60
MAX_WEIGHTS = 50_000_000
MODULES = (
    "keras",
    "keras.activations",
    "keras.constraints",
    "keras.dtype_policies",
    "keras.initializers",
    "keras.layers",
    "keras.models",
    "keras.ops",
    "keras.regularizers",
    "keras.src.models.functional",
    "keras.src.models.sequential",
    "keras.src.ops.core",
    "keras.src.ops.linalg",
    "keras.src.ops.math",
    "keras.src.ops.nn",
    "keras.src.ops.numpy",
)
MARKERS = ("__tensor__", "__numpy__", "__slice__", "__ellipsis__", "__tuple__", "__keras_tensor__")
REFUSED_CLASSES = (
    "Lambda", "TFSMLayer", "TorchModuleWrapper", "FlaxLayer", "JaxLayer", "StringLookup", "IntegerLookup",
    "TextVectorization", "function", "__lambda__", "Map", "VectorizedMap", "Scan", "AssociativeScan", "WhileLoop",
    "ForiLoop", "Cond", "Switch", "CustomGradient",
)  # fmt: skip


def _described_without_training(model: Any) -> dict[str, Any]:
    """Keras's description of a model, though its optimizer, loss or schedule may be one that has none."""
    import keras

    vars(model)["get_compile_config"] = dict
    try:
        return keras.saving.serialize_keras_object(model)
    finally:
        del vars(model)["get_compile_config"]


class Model(Composite):
    """A Keras model: {"config": JSON of its configuration, "weights": [array, …]} in the order of ``model.weights``.

    A model that Keras cannot describe, or that has parts that are not Keras's own, is {"graph": see ``graphs``}.
    """

    name, types = "model", ("keras.Model",)

    def parts(self, value: Any) -> dict[str, Any]:
        try:
            config = _described_without_training(value)
            config.pop("compile_config", None)
            _check(config, [0], 0)
            text = json.dumps(config)
        except Exception:
            return {"graph": graphs.parts(value)}
        return {"config": text, "weights": [np.asarray(array) for array in value.get_weights()]}

    def build(self, content: dict[str, Any]) -> Any:
        if "graph" in content:
            return graphs.build(field(content, "graph", dict))
        text, weights = field(content, "config", str), field(content, "weights", list)
        if len(text) > MAX_CONFIG_CHARACTERS:
            raise Refused("its configuration is too long")
        if not all(type(array) is np.ndarray and array.dtype.kind in "biuf" for array in weights):
            raise Refused("its weights are not numbers")
        if sum(array.size for array in weights) > MAX_WEIGHTS:
            raise Refused(f"it has more than {MAX_WEIGHTS} weights")
        config = json.loads(text)
        _check(config, [0], 0)

        import keras

        model = keras.saving.deserialize_keras_object(config, safe_mode=True)
        if not isinstance(model, keras.Model):
            raise Refused("its configuration is not that of a model")
        if [tuple(array.shape) for array in weights] != [tuple(array.shape) for array in model.weights]:
            raise Refused("its weights are not those of its layers")
        model.set_weights(weights)
        for layer in model._flatten_layers():
            if isinstance(layer, keras.layers.Normalization):
                layer.finalize_state()
        return model


def _check(part: Any, seen: list[int], depth: int) -> None:
    """Refuse a configuration that is large or deep, or names anything but Keras's own harmless classes."""
    seen[0] += 1
    if seen[0] > MAX_CONFIG_NODES or depth > MAX_CONFIG_DEPTH:
        raise Refused("its configuration is larger than it may be")
    if type(part) is list:
        for item in part:
            _check(item, seen, depth + 1)
    elif type(part) is dict:
        if "class_name" in part:
            _check_class(part)
        for item in part.values():
            _check(item, seen, depth + 1)


def _check_class(part: dict) -> None:
    name, module, registered = part["class_name"], part.get("module"), part.get("registered_name")
    if name in MARKERS:
        return
    if type(name) is not str or name in REFUSED_CLASSES or module not in MODULES or registered not in (None, name):
        shown = name if type(name) is str and name.isidentifier() else "one"
        raise Refused(f"its part {shown[:60]!r} is not one of Keras's own layers, or holds code")


KINDS = (Model(),)
