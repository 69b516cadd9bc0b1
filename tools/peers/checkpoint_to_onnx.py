#!/usr/bin/env python3
"""Write an MXNet checkpoint as an ONNX model, without MXNet.

  checkpoint_to_onnx.py densenet169:0 densenet169.onnx --batch 1 --size 224x224

Every node becomes the ONNX operator of the same meaning; nothing is folded or fused, so that each
runtime optimises the network as it would any other. What has no such operator is refused with the
node's name.
"""

import argparse
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import checkpoint
from checkpoint import CheckpointError, Node

OPSET = 13
IR_VERSION = 8  # The one that came with operator set 13 or soon after; every runtime reads it.
Size = tuple[int, int]


class Converter:
    """Builds a graph node by node.

    The sides of every feature map are tracked, because what MXNet's `full` convention pads beyond
    the padding depends on them.
    """

    def __init__(self, network: checkpoint.Checkpoint, batch: int, size: Size) -> None:
        self.network = network
        self.batch = batch
        self.size = size
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: dict[str, onnx.TensorProto] = {}
        self.sides: dict[str, Size] = {}
        # Identities vanish: what a node's output is called in the new graph.
        self.values: dict[int, str] = {}
        self.input = ""

    def model(self) -> onnx.ModelProto:
        """The whole model, checked."""
        for index, node in enumerate(self.network.nodes):
            self.add(index, node)
        head, _ = self.network.heads[0]
        if len(self.network.heads) != 1 or head not in self.values:
            raise CheckpointError("the network does not have exactly one output")
        if not self.input:
            raise CheckpointError("the network has no input")
        shape = [self.batch, 3, *self.size]
        graph = helper.make_graph(
            self.nodes, "checkpoint",
            [helper.make_tensor_value_info(self.input, TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info(self.values[head], TensorProto.FLOAT, None)],
            list(self.initializers.values()))
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION,
            producer_name="densecam checkpoint_to_onnx")
        model = onnx.shape_inference.infer_shapes(model, strict_mode=True)
        onnx.checker.check_model(model)
        return model

    def add(self, index: int, node: Node) -> None:
        if node.operator == "null":
            self.add_variable(index, node)
            return
        if any(output != 0 for _, output in node.inputs):
            raise node.error("an input is not another node's first output")
        convert = OPERATORS.get(node.operator)
        if convert is None:
            raise node.error("the operator is not supported")
        self.values[index] = convert(self, node)

    def add_variable(self, index: int, node: Node) -> None:
        """A parameter is written where it is used; what is no parameter is the input or a label."""
        if node.name in self.network.parameters or node.name.endswith("label"):
            return
        # A statistic or a weight that is missing is reported by the node that asks for it.
        if self.input or not any(
                other.inputs and other.inputs[0][0] == index for other in self.network.nodes):
            return
        self.input = node.name
        self.values[index] = node.name
        self.sides[node.name] = self.size

    def data(self, node: Node, position: int = 0) -> str:
        """The name of a feature map that a node takes."""
        if position >= len(node.inputs) or node.inputs[position][0] not in self.values:
            raise node.error(f"input {position} is no feature map")
        return self.values[node.inputs[position][0]]

    def array(self, node: Node, position: int, role: str) -> np.ndarray:
        """A parameter of a node; old files leave the last ones out of the inputs."""
        name = f"{node.name}_{role}"
        if position < len(node.inputs):
            name = self.network.nodes[node.inputs[position][0]].name
        if name not in self.network.parameters:
            raise node.error(f"the parameters do not have its {role}, {name}")
        return self.network.parameters[name]

    def parameter(self, node: Node, array: np.ndarray, role: str) -> str:
        name = f"{node.name}_{role}"
        self.initializers[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def emit(
        self, node: Node, operator: str, inputs: list[str], sides: Size | None = None,
        **attributes: Any,
    ) -> str:
        """Adds a node of that name whose output is called the same; the sides stay by default."""
        self.nodes.append(
            helper.make_node(operator, inputs, [node.name], name=node.name, **attributes))
        self.sides[node.name] = self.sides[inputs[0]] if sides is None else sides
        return node.name

    def convolution(self, node: Node) -> str:
        node.require("layout", "NCHW")
        data = self.data(node)
        kernel, stride = node.pair("kernel"), node.pair("stride", 1)
        pad, dilation = node.pair("pad", 0), node.pair("dilate", 1)
        inputs = [data, self.parameter(node, self.array(node, 1, "weight"), "weight")]
        if not node.flag("no_bias", False):
            inputs.append(self.parameter(node, self.array(node, 2, "bias"), "bias"))
        reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation)]
        sides = [(x + 2 * p - r) // s + 1
                 for x, p, r, s in zip(self.sides[data], pad, reach, stride)]
        return self.emit(
            node, "Conv", inputs, (sides[0], sides[1]), kernel_shape=kernel, strides=stride,
            pads=pad + pad, dilations=dilation, group=node.integer("num_group", 1))

    def batch_norm(self, node: Node) -> str:
        node.require("axis", "1")
        roles = ["gamma", "beta", "moving_mean", "moving_var"]
        arrays = {role: self.array(node, 1 + i, role) for i, role in enumerate(roles)}
        if node.flag("fix_gamma", True):
            arrays["gamma"] = np.ones_like(arrays["gamma"])
        inputs = [self.parameter(node, array, role) for role, array in arrays.items()]
        return self.emit(
            node, "BatchNormalization", [self.data(node), *inputs],
            epsilon=node.number("eps", 1e-3))

    def activation(self, node: Node) -> str:
        node.require("act_type", "relu")
        return self.emit(node, "Relu", [self.data(node)])

    def concatenation(self, node: Node) -> str:
        node.require("dim", "1")
        inputs = [self.data(node, position) for position in range(len(node.inputs))]
        return self.emit(node, "Concat", inputs, axis=1)

    def addition(self, node: Node) -> str:
        inputs = [self.data(node, position) for position in range(len(node.inputs))]
        return self.emit(node, "Add" if len(inputs) == 2 else "Sum", inputs)

    def pooling(self, node: Node) -> str:
        node.require("layout", "NCHW")
        kind = node.attributes.get("pool_type", "max")
        if kind not in ("max", "avg"):
            raise node.error(f"pool_type={kind} is not supported")
        data = self.data(node)
        if node.flag("global_pool", False):
            operator = "GlobalMaxPool" if kind == "max" else "GlobalAveragePool"
            return self.emit(node, operator, [data], (1, 1))
        return self.windowed_pooling(node, data, kind)

    def windowed_pooling(self, node: Node, data: str, kind: str) -> str:
        """Pooling by windows, where `full` is written as more padding at the end.

        ONNX's `ceil_mode` is not used: runtimes disagree on windows that start in the padding.
        """
        kernel, stride, pad = node.pair("kernel"), node.pair("stride", 1), node.pair("pad", 0)
        node.require("pooling_convention", "valid", "full")
        is_full = node.attributes.get("pooling_convention") == "full"
        spans = [(x + 2 * p - k) / s
                 for x, p, k, s in zip(self.sides[data], pad, kernel, stride)]
        sides = [(math.ceil(span) if is_full else math.floor(span)) + 1 for span in spans]
        extra = [max(0, (out - 1) * s + k - x - 2 * p)
                 for out, x, p, k, s in zip(sides, self.sides[data], pad, kernel, stride)]
        if any(p + e >= k for p, e, k in zip(pad, extra, kernel)):
            raise node.error("a window lies outside the input")
        attributes: dict[str, Any] = {
            "kernel_shape": kernel, "strides": stride,
            "pads": (*pad, *(p + e for p, e in zip(pad, extra)))}
        if kind == "avg":
            attributes["count_include_pad"] = self.counts_padding(node, pad, extra)
        operator = "MaxPool" if kind == "max" else "AveragePool"
        return self.emit(node, operator, [data], (sides[0], sides[1]), **attributes)

    def counts_padding(self, node: Node, pad: Size, extra: list[int]) -> int:
        """MXNet counts the padding, but never what `full` adds to it; ONNX counts both or none."""
        counts = node.flag("count_include_pad", True) and any(pad)
        if counts and any(extra):
            raise node.error("a full average that counts its padding is not supported")
        return int(counts)

    def fully_connected(self, node: Node) -> str:
        if not node.flag("flatten", True):
            raise node.error("flatten=False is not supported")
        flat = f"{node.name}_flat"
        self.nodes.append(helper.make_node("Flatten", [self.data(node)], [flat], name=flat))
        self.sides[flat] = (1, 1)
        inputs = [flat, self.parameter(node, self.array(node, 1, "weight"), "weight")]
        if not node.flag("no_bias", False):
            inputs.append(self.parameter(node, self.array(node, 2, "bias"), "bias"))
        return self.emit(node, "Gemm", inputs, transB=1)

    def flatten(self, node: Node) -> str:
        return self.emit(node, "Flatten", [self.data(node)], (1, 1))

    def softmax(self, node: Node) -> str:
        """Softmax over axis 1, which is what all four operators mean after a flat layer."""
        node.require("temperature", "1", "1.0")
        node.require("mode", "instance")
        node.require("axis", "1", "-1")
        if self.sides[self.data(node)] != (1, 1):
            raise node.error("the input is a map and not a vector")
        return self.emit(node, "Softmax", [self.data(node)], axis=1)

    def identity(self, node: Node) -> str:
        return self.data(node)


OPERATORS: dict[str, Callable[[Converter, Node], str]] = {
    "Convolution": Converter.convolution,
    "BatchNorm": Converter.batch_norm,
    "Activation": Converter.activation,
    "relu": lambda converter, node: converter.emit(node, "Relu", [converter.data(node)]),
    "Concat": Converter.concatenation,
    "concat": Converter.concatenation,
    "elemwise_add": Converter.addition,
    "_Plus": Converter.addition,
    "_plus": Converter.addition,
    "Pooling": Converter.pooling,
    "FullyConnected": Converter.fully_connected,
    "Flatten": Converter.flatten,
    "flatten": Converter.flatten,
    "Dropout": Converter.identity,
    "identity": Converter.identity,
    "_copy": Converter.identity,
    "SoftmaxOutput": Converter.softmax,
    "Softmax": Converter.softmax,
    "softmax": Converter.softmax,
    "SoftmaxActivation": Converter.softmax,
}


def size(text: str) -> Size:
    """WIDTHxHEIGHT as height and width."""
    width, height = (int(side) for side in text.split("x"))
    return height, width


def convert(name: str, path: Path, batch: int, sides: Size) -> None:
    """Writes the checkpoint PREFIX:EPOCH as an ONNX file."""
    onnx.save(Converter(checkpoint.load(name), batch, sides).model(), path)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", metavar="PREFIX:EPOCH")
    parser.add_argument("output", metavar="FILE.onnx", type=Path)
    parser.add_argument("--batch", type=int, default=1, metavar="N")
    parser.add_argument("--size", type=size, default=(224, 224), metavar="WxH")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    try:
        convert(options.checkpoint, options.output, options.batch, options.size)
    except (CheckpointError, OSError) as error:
        sys.exit(f"checkpoint_to_onnx: {error}")


if __name__ == "__main__":
    main()
