#!/usr/bin/env python3
"""Write a golden file (densecam.golden/1, HDF5) of a DenseNet with PyTorch.

torchvision's DenseNet computes the checkpoint PREFIX-symbol.json and PREFIX-EPOCH.params on each
picture in 32-bit floats, and the value of every node of the graph is kept under the graph's name,
with the logits, the probabilities and the class activation maps of the likeliest classes.

  densecam export densenet121@1 densenet121@1:0
  torch_golden.py densenet121@1:0 dog.jpg -o densenet121-pytorch.h5

The graph must be a DenseNet-BC as the MXNet model zoo of 2017 has it, of any growth and any number
of blocks and units: each node is held against the module that shall compute it, and what differs
is refused. Where that zoo and torchvision part, the graph is followed: it has a batch norm on the
data, epsilons of its own, and gammas that are fixed to 1.

Pixels are in [0, 1], then resized, times --scale, put in channel order, minus --mean, divided by
--std, in double until the end. Means and deviations are in the network's channel order.
"""

import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torchvision.models import densenet

import golden_file

sys.path.append(str(Path(__file__).resolve().parent / "peers"))
import checkpoint  # noqa: E402
from checkpoint import CheckpointError  # noqa: E402

SOFTMAX = ("softmax", "SoftmaxOutput")
# A module's parameters by PyTorch's name, and how the names of MXNet's end.
SUFFIXES = {"weight": "weight", "bias": "bias"}
NORM_SUFFIXES = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean",
                 "running_var": "moving_var"}


# MARK: Names


def layout(blocks):
    """The graph's nodes in order, each as (module, node, the nodes that it reads).

    `blocks` counts the units of each block. The module is named as torchvision has it, or as
    `DataDenseNet` adds it; its output is the node's value. torchvision stacks a unit's inputs
    inside the unit, so a Concat is the input of that unit's norm1, written MODULE.input. Names pair
    off one to one: {node: module} and {module: node} both come from here.
    """
    yield "norm_data", "bn_data", ["data"]
    yield "features.conv0", "conv0", ["bn_data"]
    yield "features.norm0", "bn0", ["conv0"]
    yield "features.relu0", "relu0", ["bn0"]
    yield "features.pool0", "pooling0", ["relu0"]
    last = "pooling0"
    for s, units in enumerate(blocks, 1):
        for u in range(1, units + 1):
            module, node = f"features.denseblock{s}.denselayer{u}.", f"DBstage{s}_unit{u}_"
            source = last
            for i in (1, 2):
                yield f"{module}norm{i}", f"{node}bn{i}", [source]
                yield f"{module}relu{i}", f"{node}relu{i}", [f"{node}bn{i}"]
                yield f"{module}conv{i}", f"{node}conv{i}", [f"{node}relu{i}"]
                source = f"{node}conv{i}"
            stacked = (f"features.denseblock{s}.denselayer{u + 1}.norm1.input" if u < units
                       else f"features.denseblock{s}")
            yield stacked, f"DBstage{s}_concat{u}", [last, source]
            last = f"DBstage{s}_concat{u}"
        if s < len(blocks):
            module, node = f"features.transition{s}.", f"TBstage{s}_"
            yield f"{module}norm", f"{node}bn1", [last]
            yield f"{module}relu", f"{node}relu1", [f"{node}bn1"]
            yield f"{module}conv", f"{node}conv1", [f"{node}relu1"]
            last = f"{node}pool{s}"
            yield f"{module}pool", last, [f"{node}conv1"]
    # torchvision calls the last norm norm5 whatever the number of blocks.
    yield "features.norm5", "bn1", [last]
    yield "relu5", "relu1", ["bn1"]
    yield "pool5", "pool1", ["relu1"]
    yield "flatten", "flatten0", ["pool1"]
    yield "classifier", "fc1", ["flatten0"]
    yield "softmax", "softmax", ["fc1"]


# MARK: Network


class DataDenseNet(densenet.DenseNet):
    """torchvision's DenseNet behind a batch norm on the data.

    What torchvision computes by functions after the features is computed by modules, so that it can
    be tapped, and no ReLU overwrites the value that was tapped before it.
    """

    def __init__(self, **sizes):
        super().__init__(**sizes)
        self.norm_data = nn.BatchNorm2d(3)
        self.relu5 = nn.ReLU()
        self.pool5 = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.softmax = nn.Softmax(1)
        for module in self.modules():
            if isinstance(module, nn.ReLU):
                module.inplace = False

    def forward(self, x):
        x = self.pool5(self.relu5(self.features(self.norm_data(x))))
        return self.softmax(self.classifier(self.flatten(x)))


def filters(node):
    return node.integer("num_filter", 0)


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


def check(node, module):
    """Refuses a node that does not mean what the module computes."""
    def demand(holds, what):
        if not holds:
            raise node.error(f"{what}, which torchvision's DenseNet does not compute there")

    def is_a(*operators):
        demand(node.operator in operators, f"not {' or '.join(operators)}")

    def same(key, default, value):
        sides = node.pair(key, default)
        demand(sides == pair(value), f"{key} is {sides} instead of {pair(value)}")

    match module:
        case nn.Conv2d():
            is_a("Convolution")
            same("kernel", None, module.kernel_size)
            same("stride", 1, module.stride)
            same("pad", 0, module.padding)
            same("dilate", 1, module.dilation)
            demand(filters(node) == module.out_channels, f"{filters(node)} filters")
            demand(node.integer("num_group", 1) == module.groups, "groups")
            demand(node.flag("no_bias", False), "a bias")
        case nn.BatchNorm2d():
            is_a("BatchNorm")
            demand(node.integer("axis", 1) == 1, "channels that are not the second side")
            demand(not node.flag("output_mean_var", False), "three outputs")
        case nn.ReLU():
            is_a("Activation")
            node.require("act_type", "relu")
        case nn.MaxPool2d() | nn.AvgPool2d():
            is_a("Pooling")
            node.require("pool_type", "max" if isinstance(module, nn.MaxPool2d) else "avg")
            node.require("pooling_convention", "valid")
            demand(not node.flag("global_pool", False), "global pooling")
            same("kernel", None, module.kernel_size)
            same("stride", 1, module.stride)
            same("pad", 0, module.padding)
        case nn.AdaptiveAvgPool2d():
            is_a("Pooling")
            node.require("pool_type", "avg")
            demand(node.flag("global_pool", False), "pooling that is not global")
        case nn.Flatten():
            is_a("Flatten")
        case nn.Linear():
            is_a("FullyConnected")
            demand(node.integer("num_hidden", 0) == module.out_features, "another size")
            demand(not node.flag("no_bias", False), "no bias")
        case nn.Softmax():
            is_a(*SOFTMAX)
            demand(node.integer("axis", 1) in (1, -1), "softmax over other sides")
            demand(node.number("temperature", 1) == 1, "a temperature")
        case _:  # A block, or what a unit reads.
            is_a("Concat")
            demand(node.integer("dim", 1) == 1, "channels that are not the second side")


class Network:
    """A checkpoint as torchvision's DenseNet."""

    generator, generator_version = "pytorch", str(torch.__version__)
    output, logits, feature, ends_in_softmax = "softmax", "fc1", "relu1", True

    def __init__(self, name):
        self.symbol_file, self.weights_file = golden_file.checkpoint_files(name)
        self.graph = checkpoint.load(name)
        self.nodes = {node.name: node for node in self.graph.nodes}
        units = Counter(int(match[1]) for match in
                        (re.fullmatch(r"DBstage(\d+)_unit\d+_conv2", name) for name in self.nodes)
                        if match)
        blocks = tuple(units[stage] for stage in range(1, len(units) + 1))
        if not blocks or not all(blocks):
            raise CheckpointError(f"{self.symbol_file}: no DenseNet as the MXNet zoo of 2017 names "
                                  "its nodes: no units DBstage1_unit1, …")
        rows = list(layout(blocks))
        self.check_wiring(rows)
        self.modules = {node: module for module, node, _ in rows}
        self.operators = {node: self.nodes[node].operator for node in self.modules}
        self.build(blocks)
        self.classifier = self.network.classifier.weight.detach().numpy()
        self.bias = self.network.classifier.bias.detach().numpy()

    def check_wiring(self, rows):
        """Refuses a graph with other nodes, or with nodes that read other nodes."""
        computed = {name for name, node in self.nodes.items() if node.operator != "null"}
        expected = {node for _, node, _ in rows}
        for names, what in ((expected - computed, "lacks"), (computed - expected, "has")):
            if names:
                raise CheckpointError(f"{self.symbol_file}: {what} the node {min(names)}, unlike "
                                      "torchvision's DenseNet with a batch norm on the data")
        for _, name, sources in rows:
            node = self.nodes[name]
            read = [self.graph.nodes[i].name for i, output in node.inputs if output == 0]
            suffixes = ([] if node.operator == "Concat" else
                        NORM_SUFFIXES.values() if node.operator == "BatchNorm" else SUFFIXES)
            wanted = sources + [f"{name}_{suffix}" for suffix in suffixes]
            # Old files leave the statistics out, and SoftmaxOutput reads a label.
            if len(read) < len(sources) or node.operator not in SOFTMAX and (
                    len(read) != len(node.inputs) or read != wanted[:len(read)]):
                raise node.error(f"reads {read} instead of {wanted}")
            if read[:len(sources)] != sources:
                raise node.error(f"reads {read} instead of {sources}")
        if [self.graph.nodes[i].name for i, _ in self.graph.heads] != [self.output]:
            raise CheckpointError(f"{self.symbol_file}: its output is not {self.output} alone")

    def build(self, blocks):
        unit = "DBstage1_unit1_"
        growth = filters(self.nodes[unit + "conv2"])
        if growth < 1:
            raise self.nodes[unit + "conv2"].error("no filters")
        self.network = DataDenseNet(
            growth_rate=growth, block_config=blocks, num_init_features=filters(self.nodes["conv0"]),
            bn_size=filters(self.nodes[unit + "conv1"]) // growth,
            num_classes=self.nodes["fc1"].integer("num_hidden", 0))
        modules = dict(self.network.named_modules())
        state = self.network.state_dict()
        for name, where in self.modules.items():
            module = modules.get(where)
            check(self.nodes[name], module)
            suffixes = NORM_SUFFIXES if isinstance(module, nn.BatchNorm2d) else SUFFIXES
            if isinstance(module, nn.BatchNorm2d):
                module.eps = self.nodes[name].number("eps", 1e-3)
            for key, suffix in suffixes.items():
                if f"{where}.{key}" in state:
                    state[f"{where}.{key}"] = self.parameter(
                        name, suffix, state[f"{where}.{key}"].shape)
        self.network.load_state_dict(state)
        self.network.eval()

    def parameter(self, name, suffix, shape):
        if suffix == "gamma" and self.nodes[name].flag("fix_gamma", True):
            return torch.ones(shape)
        values = self.graph.parameters.get(f"{name}_{suffix}")
        if values is None:
            raise CheckpointError(f"{self.weights_file}: holds no {name}_{suffix}")
        if values.shape != tuple(shape):
            raise CheckpointError(f"{self.weights_file}: {name}_{suffix} has the shape "
                                  f"{values.shape} instead of {tuple(shape)}")
        return torch.from_numpy(values)

    def run(self, x, wanted):
        """The outputs of the wanted nodes, by name."""
        if x.shape[1] != 3:
            raise CheckpointError(f"an input of {x.shape[1]} channels is none for this network")
        values, hooks = {}, []

        def tap(node):
            where = self.modules[node]

            def keep(_, inputs, output):
                values[node] = (inputs[0] if where.endswith(".input") else output).numpy()

            module = self.network.get_submodule(where.removesuffix(".input"))
            hooks.append(module.register_forward_hook(keep))

        for node in wanted:
            tap(node)
        with torch.inference_mode():
            self.network(torch.from_numpy(np.ascontiguousarray(x)))
        for hook in hooks:
            hook.remove()
        return values


def main():
    options = golden_file.arguments(__doc__)
    # One thread adds in one order, however many processors there are.
    torch.set_num_threads(1)
    golden_file.write(Network(options.model), options)


if __name__ == "__main__":
    try:
        main()
    except (OSError, RuntimeError, CheckpointError) as error:
        sys.exit(str(error).strip().splitlines()[0])
