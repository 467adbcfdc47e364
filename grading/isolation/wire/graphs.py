"""A Keras model with parts of the student's own as the TensorFlow graph of what it computes.

The student's process traces the model once. What crosses is the frozen graph: arithmetic on arrays, with the weights as
constants. It is used only if each of its operations is in the list below, none of which reads, writes, calls out,
loops, or depends on anything but its inputs.
"""

from typing import Any

import numpy as np

from .validation import Refused, field

MAX_GRAPH_BYTES = 256 * 2**20
MAX_OPERATIONS = 20_000
LAYERS = """
    MatMul BatchMatMul BatchMatMulV2 BiasAdd Conv1D Conv2D Conv2DBackpropInput Conv3D DepthwiseConv2dNative Einsum
    MaxPool MaxPoolV2 MaxPool3D AvgPool AvgPool3D FusedBatchNorm FusedBatchNormV3 LRN ResizeBilinear
    ResizeNearestNeighbor Relu Relu6 LeakyRelu Elu Selu Sigmoid Tanh Softmax LogSoftmax Softplus Softsign
"""
ARITHMETIC = """
    Add AddV2 AddN Sub Mul MulNoNan Div RealDiv DivNoNan FloorDiv FloorMod Mod Neg Abs Sign Square SquaredDifference
    Sqrt Rsqrt Reciprocal Pow Exp Expm1 Log Log1p Erf Erfc Sin Cos Tan Asin Acos Atan Atan2 Sinh Cosh Asinh Acosh
    Atanh Floor Ceil Round Rint Maximum Minimum ClipByValue Cumsum Cumprod Sum Mean Prod Max Min All Any ArgMax
    ArgMin L2Loss Greater GreaterEqual Less LessEqual Equal NotEqual LogicalAnd LogicalOr LogicalNot IsFinite IsInf
    IsNan Select SelectV2 TopKV2
"""
SHAPES = """
    Const Placeholder Identity IdentityN NoOp StopGradient PreventGradient EnsureShape Cast Reshape Transpose
    ConcatV2 Pack Unpack Split SplitV Slice StridedSlice Gather GatherV2 GatherNd ExpandDims Squeeze Tile BroadcastTo
    BroadcastArgs Shape ShapeN Size Rank Fill ZerosLike OnesLike Range Pad PadV2 MirrorPad ReverseV2 Roll OneHot
    SpaceToDepth DepthToSpace SpaceToBatchND BatchToSpaceND InvertPermutation MatrixBandPart
"""
OPERATIONS = frozenset((LAYERS + ARITHMETIC + SHAPES).split())


def parts(model: Any) -> dict[str, Any]:
    """The graph of a built Keras model that takes one array of a known shape, with the names of its ends.

    {"graph": a serialised GraphDef, "input": name, "output": name, "weights": [array, …]}. Raises Refused if the model
    has seen no data or takes several arrays.
    """
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    shape = (model.get_build_config() or {}).get("input_shape") or getattr(model, "input_shape", None)
    if not shape or not all(length is None or isinstance(length, int) for length in shape):
        raise Refused("it is a model of a class of its own that has seen no data, or takes several arrays: train it")
    inputs = tf.TensorSpec((None, *shape[1:]), "float32")
    traced = tf.function(lambda inputs: model(inputs, training=False)).get_concrete_function(inputs)
    frozen = convert_variables_to_constants_v2(traced)
    return {
        "graph": frozen.graph.as_graph_def().SerializeToString(),
        "input": frozen.inputs[0].name,
        "output": frozen.outputs[0].name,
        "weights": [np.asarray(array) for array in model.trainable_weights],
    }


def build(content: dict[str, Any]) -> Any:
    """A Keras model that computes the graph; its trainable weights are copies to look at.

    Raises Refused if the graph is larger than the limits, has functions of its own, or has an operation that is not in
    OPERATIONS.
    """
    graph, weights = field(content, "graph", bytes), field(content, "weights", list)
    ends = field(content, "input", str), field(content, "output", str)
    if len(graph) > MAX_GRAPH_BYTES:
        raise Refused("its graph is too large")
    if not all(type(array) is np.ndarray and array.dtype.kind in "biuf" for array in weights):
        raise Refused("its weights are not numbers")

    import keras
    import tensorflow as tf

    definition = tf.compat.v1.GraphDef()
    definition.ParseFromString(graph)
    if len(definition.node) > MAX_OPERATIONS or len(definition.library.function) or len(definition.library.gradient):
        raise Refused("its graph has more operations than it may, or functions of its own")
    unknown = sorted({node.op for node in definition.node} - OPERATIONS)
    if unknown:
        raise Refused(f"it has a part of its own that does more than arithmetic ({unknown[0][:60]})")
    imported = tf.compat.v1.wrap_function(lambda: tf.import_graph_def(definition, name=""), [])
    ends_there = [imported.graph.as_graph_element(name) for name in ends]
    computed = imported.prune(*ends_there)
    given_shape, made_shape = (None if end.shape.rank is None else tuple(end.shape.as_list()) for end in ends_there)

    class ModelOfAGraph(keras.Model):
        """Computes what the student's model computes."""

        def __init__(self) -> None:
            super().__init__()
            self.copies = [keras.Variable(array) for array in weights]

        input_shape, output_shape = given_shape, made_shape

        def call(self, inputs: Any) -> Any:
            return computed(tf.cast(inputs, "float32"))

    return ModelOfAGraph()
