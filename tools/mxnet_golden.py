#!/usr/bin/env python3
"""Write a golden file (densecam.golden/1, HDF5) with MXNet 1.9.1.

MXNet runs the checkpoint PREFIX-symbol.json and PREFIX-EPOCH.params on each picture, node by
node as written, and every node's output is kept, with the logits, the probabilities and the class
activation maps of the likeliest classes. `densecam verify` reads the result like any other golden.

  mxnet_golden.py squeezenet_v1.0:0 3.jpg -o golden.h5 --size 227x227 \\
      --channels bgr --scale 255 --mean 104,117,123

Pixels are in [0, 1], then resized, times --scale, put in channel order, minus --mean, divided by
--std, in double until the end. Means and deviations are in the network's channel order.
"""

import json
import os
import sys

# Without this MXNet fuses nodes, and what it fuses cannot be looked at. It is read at import.
os.environ["MXNET_SUBGRAPH_BACKEND"] = "NONE"

import mxnet as mx  # noqa: E402

import golden_file  # noqa: E402

SOFTMAX = {"SoftmaxOutput", "softmax", "SoftmaxActivation"}
RESHAPING = {"Flatten", "Dropout", "_copy", "BlockGrad"}


class Network:
    """A checkpoint, its nodes as MXNet reads them, and its way from features to logits."""

    generator, generator_version = "mxnet", mx.__version__

    def __init__(self, symbol_file, weights_file):
        self.symbol_file, self.weights_file = symbol_file, weights_file
        self.symbol = mx.sym.load(symbol_file)
        self.weights = {
            name.partition(":")[2] or name: value
            for name, value in mx.nd.load(weights_file).items()
        }
        graph = json.loads(self.symbol.tojson())
        self.nodes = graph["nodes"]
        known = set(self.symbol.get_internals().list_outputs())
        self.operators = {node["name"]: node["op"] for node in self.nodes
                          if node["op"] != "null" and node["name"] + "_output" in known}
        free = [name for name in self.symbol.list_inputs() if name not in self.weights]
        inputs = [name for name in free if not name.endswith("label")]
        if len(inputs) != 1:
            sys.exit(f"{weights_file}: not exactly one input is left to feed: {inputs[:5]}")
        self.input, self.targets = inputs[0], [name for name in free if name.endswith("label")]
        self.find_head(graph["heads"][0][0])

    def source(self, i, which=0):
        return self.nodes[i]["inputs"][which][0]

    def unwrapped(self, i):
        """The node that computes what node `i` only passes on in another shape."""
        while self.nodes[i]["op"] in RESHAPING:
            i = self.source(i)
        return i

    def find_head(self, i):
        """Finds the logits, the map before the average pooling and the classifier's weights."""
        self.output = self.nodes[i]["name"]
        self.ends_in_softmax = self.nodes[i]["op"] in SOFTMAX
        i = self.source(i) if self.ends_in_softmax else i
        self.logits = self.nodes[i]["name"]
        i = self.unwrapped(i)
        self.classifier = self.bias = self.feature = None
        if self.nodes[i]["op"] == "FullyConnected":
            names = [self.nodes[entry[0]]["name"] for entry in self.nodes[i]["inputs"][1:]]
            self.classifier, self.bias = (
                [self.weights[name].asnumpy() for name in names] + [None])[:2]
            i = self.unwrapped(self.source(i))
        attributes = self.nodes[i].get("attrs", {})
        if self.nodes[i]["op"] == "Pooling" and attributes.get("pool_type") == "avg":
            self.feature = self.nodes[self.source(i)]["name"]

    def run(self, x, wanted):
        """The outputs of the wanted nodes, by name."""
        internals = self.symbol.get_internals()
        group = mx.sym.Group([internals[name + "_output"] for name in wanted])
        shapes = {self.input: x.shape}
        shapes.update({name: (x.shape[0],) for name in self.targets})
        shapes = {name: shape for name, shape in shapes.items() if name in group.list_inputs()}
        executor = group.simple_bind(mx.cpu(), grad_req="null", **shapes)
        executor.copy_params_from(
            {n: v for n, v in self.weights.items() if n in executor.arg_dict},
            {n: v for n, v in self.weights.items() if n in executor.aux_dict})
        executor.forward(is_train=False, **{self.input: mx.nd.array(x)})
        return {name: output.asnumpy() for name, output in zip(wanted, executor.outputs)}


def main():
    options = golden_file.arguments(__doc__)
    golden_file.write(Network(*golden_file.checkpoint_files(options.model)), options)


if __name__ == "__main__":
    try:
        main()
    except (OSError, RuntimeError) as error:
        # MXNet's errors are stack traces that end in what happened.
        sys.exit(str(error).strip().splitlines()[-1])
