"""Keras models cross as what they compute; nothing that could do more is built."""

import json

import numpy as np
import pytest

from grading.isolation.wire import graphs, plain_data
from grading.isolation.wire.models import Model
from grading.isolation.wire.validation import Refused

keras = pytest.importorskip("keras")
PICTURES = np.random.default_rng(1).random((20, 12, 12, 1)).astype("float32")
LAYERS = keras.layers


def cross(model):
    def export(value):
        raise AssertionError(value)

    payload, _ = plain_data.encode(model, export)
    return plain_data.decode(payload, export)[0]


def normalising():
    normalise = LAYERS.Normalization()
    normalise.adapt(PICTURES)
    return keras.Sequential([keras.Input((12, 12, 1)), normalise, LAYERS.BatchNormalization(), LAYERS.Flatten()])


def functional():
    inner = keras.Sequential([keras.Input((12, 12, 1)), LAYERS.Conv2D(3, 3, activation="relu"), LAYERS.Flatten()])
    pictures = keras.Input((12, 12, 1))
    summed = keras.ops.sum(pictures[:, :, 0] * 2, axis=1)
    hidden = LAYERS.Dropout(0.3)(LAYERS.Dense(4, activation="gelu")(inner(10 * keras.ops.sqrt(pictures))))
    return keras.Model(pictures, LAYERS.Concatenate()([hidden, summed]))


class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.steps = [LAYERS.Conv2D(2, 3, activation="relu"), LAYERS.Flatten(), LAYERS.Dense(1, activation="sigmoid")]

    def call(self, pictures):
        for step in self.steps:
            pictures = step(pictures)
        return pictures[:, 0]

    def predict(self, inputs, **options):
        return np.ones(len(inputs))


def own_class():
    model = Own()
    model(PICTURES)
    return model


def own_function():
    return keras.Sequential([keras.Input((12, 12, 1)), LAYERS.Flatten(), LAYERS.Lambda(lambda x: 2 * x + 1)])


@pytest.mark.parametrize("make", [normalising, functional, own_class, own_function])
def test_a_model_computes_the_same_on_the_other_side(make):
    model = make()
    found = cross(model)
    assert isinstance(found, keras.Model) and not isinstance(found, Own)
    wanted = keras.Model.predict(model, PICTURES, verbose=0)
    assert np.allclose(found.predict(PICTURES, verbose=0), wanted, atol=1e-5)
    assert [w.shape for w in found.trainable_weights] == [w.shape for w in model.trainable_weights]


class Falling(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule that Keras cannot describe."""

    def __call__(self, step):
        return 0.005 / (1.0 + keras.ops.cast(step, "float32"))


@pytest.mark.parametrize("make", [normalising, functional, own_function])
def test_how_a_model_is_trained_is_its_own_affair(make):
    model, trained_otherwise = make(), make()
    trained_otherwise.set_weights(model.get_weights())
    trained_otherwise.compile(keras.optimizers.Adam(Falling()), loss=lambda truth, output: output)
    found, wanted = cross(trained_otherwise), cross(model)
    assert np.allclose(found.predict(PICTURES, verbose=0), wanted.predict(PICTURES, verbose=0), atol=1e-5)
    assert [type(layer) for layer in found.layers] == [type(layer) for layer in wanted.layers]
    assert "get_compile_config" not in vars(trained_otherwise)


def test_the_shapes_of_a_functional_model_with_a_part_of_its_own_are_known():
    start = keras.Input((12, 12, 1))
    found = cross(keras.Model(start, LAYERS.Lambda(lambda x: 2 * x)(LAYERS.Flatten()(start))))
    assert (found.input_shape, found.output_shape) == ((None, 12, 12, 1), (None, 144))


def test_a_model_with_a_layer_of_its_own_says_its_shapes():
    found = cross(own_function())
    assert (found.input_shape, found.output_shape) == ((None, 12, 12, 1), (None, 144))


def config(**changes):
    layer = {
        "module": "keras.layers",
        "class_name": "Flatten",
        "config": {"name": "f"},
        "registered_name": None,
        **changes,
    }
    entry = {"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [None, 3]}}
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "s", "layers": [{**entry, "registered_name": None}, layer]},
        "registered_name": None,
    }


def test_a_harmless_configuration_is_built():
    assert Model().build({"config": json.dumps(config()), "weights": []}).predict(np.ones((2, 3)), verbose=0).shape == (
        2,
        3,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"class_name": "Lambda"},
        {"class_name": "TFSMLayer", "config": {"filepath": "/tmp/x"}},
        {"class_name": "StringLookup", "config": {"vocabulary": "/etc/passwd"}},
        {"module": "builtins", "class_name": "eval"},
        {"module": "os", "class_name": "system"},
        {"module": "keras.utils", "class_name": "get_file"},
        {"registered_name": "Custom>Layer"},
        {"module": "builtins", "class_name": "function", "config": "exec"},
        {"class_name": "__lambda__", "config": {"value": "abc"}},
        {"class_name": ["Flatten"]},
        {"config": {"activation": {"module": "builtins", "class_name": "function", "config": "eval"}}},
    ],
    ids=lambda changes: str(changes)[:60],
)
def test_a_configuration_that_holds_code_or_reads_files_is_refused(changes):
    with pytest.raises(Refused):
        Model().build({"config": json.dumps(config(**changes)), "weights": []})


def test_weights_that_are_not_those_of_the_layers_are_refused():
    dense = config(class_name="Dense", config={"units": 2})
    with pytest.raises(Refused, match="weights"):
        Model().build({"config": json.dumps(dense), "weights": [np.zeros((3, 5)), np.zeros(2)]})


def test_a_graph_that_does_more_than_arithmetic_is_refused():
    import tensorflow as tf

    def content(compute):
        graph = tf.function(compute).get_concrete_function(tf.TensorSpec((None,), "float32")).graph
        names = {"input": graph.inputs[0].name, "output": graph.outputs[0].name}
        return {"graph": graph.as_graph_def().SerializeToString(), "weights": [], **names}

    harmless = graphs.build(content(lambda x: x * 2))
    assert np.array_equal(harmless(np.ones(3, "float32")), [2, 2, 2])
    for compute in (
        lambda x: tf.numpy_function(lambda a: a, [x], tf.float32),
        lambda x: tf.strings.to_number(tf.io.read_file("/etc/passwd")) + x,
        lambda x: tf.while_loop(lambda y: True, lambda y: (y,), (x,))[0],
        lambda x: tf.random.uniform((3,)) + x,
    ):
        with pytest.raises(Refused, match=r"arithmetic|functions"):
            graphs.build(content(compute))
    with pytest.raises(Exception):  # noqa: B017
        graphs.build({"graph": b"\xff" * 50, "input": "x:0", "output": "y:0", "weights": []})
