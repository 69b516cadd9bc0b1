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

import argparse
import contextlib
import datetime
import hashlib
import json
import os
import re
import shlex
import sys

# Without this MXNet fuses nodes, and what it fuses cannot be looked at. It is read at import.
os.environ["MXNET_SUBGRAPH_BACKEND"] = "NONE"

import h5py  # noqa: E402
import mxnet as mx  # noqa: E402
import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

SCHEMA = "densecam.golden/1"
SOFTMAX = {"SoftmaxOutput", "softmax", "SoftmaxActivation"}
RESHAPING = {"Flatten", "Dropout", "_copy", "BlockGrad"}


def size(text):
    width, height = (int(side) for side in text.split("x"))
    return width, height


def triple(text):
    a, b, c = (float(value) for value in text.split(","))
    return a, b, c


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", metavar="PREFIX:EPOCH", help="an MXNet checkpoint")
    parser.add_argument("images", nargs="*", metavar="IMAGE", help="a picture; each is one case")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="golden to write")
    parser.add_argument("--input", metavar="FILE.npy", help="a float [N,C,H,W] array, fed as it is")
    parser.add_argument("--size", type=size, default=(224, 224), metavar="WxH")
    parser.add_argument("--resize", choices=("seed", "none"), default="seed",
                        help="half-pixel bilinear without low-pass, or the picture's own size")
    parser.add_argument("--channels", choices=("rgb", "bgr"), default="rgb")
    parser.add_argument("--scale", type=float, default=256.0)
    parser.add_argument("--mean", type=triple, default=(0.0, 0.0, 0.0), metavar="A,B,C")
    parser.add_argument("--std", type=triple, default=(1.0, 1.0, 1.0), metavar="A,B,C")
    parser.add_argument("--taps", type=re.compile, default=re.compile(""), metavar="REGEX",
                        help="the nodes to keep (default: all)")
    parser.add_argument("--top", type=int, default=5, metavar="K", help="maps of the K likeliest")
    parser.add_argument("--labels", metavar="FILE", help="class names, one a line")
    return parser.parse_args()


# MARK: Input


def resized(pixels, width, height):
    """Bilinear with half-pixel centres, clamped at the edges. [h, w, 3] -> [height, width, 3]."""
    def sampled(a, count):
        position = (np.arange(count) + 0.5) * (len(a) / count) - 0.5
        first = np.floor(position).astype(int)
        share = (position - first)[:, None, None]
        low, high = np.clip([first, first + 1], 0, len(a) - 1)
        return a[low] * (1 - share) + a[high] * share

    return sampled(sampled(pixels, height).transpose(1, 0, 2), width).transpose(1, 0, 2)


def plain(numbers):
    return ",".join(f"{n:.10g}" for n in numbers)


def picture(path, options):
    """A picture as float32 [1,3,H,W], and the line that says how it became that."""
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"), np.float64) / 255
    if options.resize == "seed":
        pixels = resized(pixels, *options.size)
    pixels = pixels * options.scale
    if options.channels == "bgr":
        pixels = pixels[:, :, ::-1]
    pixels = (pixels - options.mean) / options.std
    done = (f"{options.resize} {pixels.shape[1]}x{pixels.shape[0]} {options.channels}"
            f" scale {plain([options.scale])} mean {plain(options.mean)} std {plain(options.std)}")
    return pixels.transpose(2, 0, 1)[None].astype(np.float32), done


def array(path):
    x = np.load(path).astype(np.float32)
    x = x[None] if x.ndim == 3 else x
    if x.ndim != 4:
        sys.exit(f"{path}: an array [N,C,H,W] is needed, not {x.ndim} dimensions")
    return x, f"array {x.shape[3]}x{x.shape[2]} as given"


# MARK: Network


class Network:
    """A checkpoint, its nodes as MXNet reads them, and its way from features to logits."""

    def __init__(self, prefix, epoch):
        self.symbol_file = prefix + "-symbol.json"
        self.weights_file = f"{prefix}-{epoch:04d}.params"
        self.symbol = mx.sym.load(self.symbol_file)
        self.weights = {
            name.partition(":")[2] or name: value
            for name, value in mx.nd.load(self.weights_file).items()
        }
        graph = json.loads(self.symbol.tojson())
        self.nodes, self.output = graph["nodes"], graph["heads"][0][0]
        known = set(self.symbol.get_internals().list_outputs())
        self.computed = [i for i, node in enumerate(self.nodes)
                         if node["op"] != "null" and node["name"] + "_output" in known]
        free = [name for name in self.symbol.list_inputs() if name not in self.weights]
        inputs = [name for name in free if not name.endswith("label")]
        if len(inputs) != 1:
            sys.exit(f"{self.weights_file}: not exactly one input is left to feed: {inputs[:5]}")
        self.input, self.targets = inputs[0], [name for name in free if name.endswith("label")]
        self.find_head()

    def source(self, i, which=0):
        return self.nodes[i]["inputs"][which][0]

    def unwrapped(self, i):
        """The node that computes what node `i` only passes on in another shape."""
        while self.nodes[i]["op"] in RESHAPING:
            i = self.source(i)
        return i

    def find_head(self):
        """Finds the logits, the map before the average pooling and the classifier's weights."""
        i = self.output
        self.ends_in_softmax = self.nodes[i]["op"] in SOFTMAX
        self.logits = self.source(i) if self.ends_in_softmax else i
        i = self.unwrapped(self.logits)
        self.classifier = self.bias = self.feature = None
        if self.nodes[i]["op"] == "FullyConnected":
            names = [self.nodes[entry[0]]["name"] for entry in self.nodes[i]["inputs"][1:]]
            self.classifier, self.bias = (names + [None])[:2]
            i = self.unwrapped(self.source(i))
        attributes = self.nodes[i].get("attrs", {})
        if self.nodes[i]["op"] == "Pooling" and attributes.get("pool_type") == "avg":
            self.feature = self.source(i)

    def run(self, x, wanted):
        """The outputs of the wanted nodes, by node index."""
        internals = self.symbol.get_internals()
        group = mx.sym.Group([internals[self.nodes[i]["name"] + "_output"] for i in wanted])
        shapes = {self.input: x.shape}
        shapes.update({name: (x.shape[0],) for name in self.targets})
        shapes = {name: shape for name, shape in shapes.items() if name in group.list_inputs()}
        executor = group.simple_bind(mx.cpu(), grad_req="null", **shapes)
        executor.copy_params_from(
            {n: v for n, v in self.weights.items() if n in executor.arg_dict},
            {n: v for n, v in self.weights.items() if n in executor.aux_dict})
        executor.forward(is_train=False, **{self.input: mx.nd.array(x)})
        return {i: output.asnumpy() for i, output in zip(wanted, executor.outputs)}

    def maps(self, outputs, classes):
        """The class activation maps of a batch's first picture, summed in double."""
        feature = outputs[self.feature][0].astype(np.float64)
        logits = outputs[self.logits].reshape(len(outputs[self.logits]), -1)[0]
        bias = self.weights[self.bias].asnumpy() if self.bias else np.zeros(len(logits))
        if self.classifier:
            weights = self.weights[self.classifier].asnumpy().astype(np.float64)
            if weights.shape[1] != len(feature):
                sys.exit("the average pooling before the classifier does not cover the whole map")
            maps = {c: np.tensordot(weights[c], feature, 1) for c in classes}
        else:
            maps = {c: feature[c] for c in classes}
        # Pooling is linear, so a map's mean is its class's logit less the bias.
        gap = max(abs(maps[c].mean() + bias[c] - logits[c]) for c in classes)
        if not gap <= 1e-4 * max(1, abs(logits).max()):
            sys.exit(f"mean(CAM) + bias misses the logit by {gap:.3g}: this is not the CAM layer")
        return maps


# MARK: Output


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def command_line():
    words = [os.path.basename(word) if os.path.isdir(os.path.dirname(word)) else word
             for word in sys.argv[1:]]
    return shlex.join(["mxnet_golden.py"] + words)


def timestamp():
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.datetime.now(datetime.timezone.utc)
    when = datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc) if epoch else now
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def put(group, name, values):
    """Stores float32; what is large in chunks of whole planes, packed and with checksums."""
    values = np.ascontiguousarray(values, np.float32)
    how = {}
    if values.size >= 256:
        chunk = list(values.shape)
        if values.ndim == 4:
            planes = max(1, (1 << 18) // (chunk[2] * chunk[3]))
            chunk = [1, min(chunk[1], planes), chunk[2], chunk[3]]
        how = dict(chunks=tuple(chunk), shuffle=True, compression="gzip", compression_opts=6,
                   fletcher32=True)
    return group.create_dataset(name, data=values, track_times=False, **how)


def softmax(logits):
    powers = np.exp(logits.astype(np.float64) - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def record(case, network, x, options, labels):
    """Runs one input and writes what belongs below `/cases/NAME`."""
    taps = [i for i in network.computed if options.taps.search(network.nodes[i]["name"])]
    needed = [i for i in (network.feature, network.logits, network.output) if i is not None]
    outputs = network.run(x, list(dict.fromkeys(taps + needed)))
    put(case, "input", x)
    activations = case.create_group("activations")
    for i in taps:
        value = outputs[i].reshape(outputs[i].shape + (1,) * (4 - outputs[i].ndim))
        name = network.nodes[i]["name"]
        if "/" in name or value.ndim != 4:
            sys.exit(f"node {name} of shape {value.shape} has no place in a golden file")
        put(activations, name, value).attrs["op"] = network.nodes[i]["op"]
    logits = outputs[network.logits].reshape(len(x), -1)
    output = outputs[network.output].reshape(len(x), -1)
    probabilities = output if network.ends_in_softmax else softmax(logits)
    put(case, "logits", logits)
    put(case, "probabilities", probabilities)
    if labels and len(labels) < logits.shape[1]:
        sys.exit(f"{len(labels)} labels do not name {logits.shape[1]} classes")
    likeliest = [int(c) for c in np.argsort(-probabilities[0], kind="stable")[:options.top]]
    if network.feature is None:
        print("no average pooling before the logits, so no class activation maps", file=sys.stderr)
    elif likeliest:
        cams = case.create_group("cams")
        for rank, (c, values) in enumerate(network.maps(outputs, likeliest).items()):
            attributes = put(cams, str(c), values).attrs
            attributes["rank"] = rank
            attributes["probability"] = float(probabilities[0, c])
            if labels:
                attributes["label"] = labels[c]
    return [(c, float(probabilities[0, c])) for c in likeliest]


def main():
    options = arguments()
    prefix, _, epoch = options.model.rpartition(":")
    if not (prefix and epoch.isdigit()):
        sys.exit(f"{options.model}: a checkpoint is named PREFIX:EPOCH, as in squeezenet_v1.0:0")
    sources = options.images + ([options.input] if options.input else [])
    names = [os.path.basename(source) for source in sources]
    if not sources or len(set(names)) != len(names):
        sys.exit("give one or more pictures, or --input, with file names that differ")
    labels = None
    if options.labels:
        with open(options.labels, encoding="utf-8") as file:
            labels = file.read().splitlines()
    network = Network(prefix, int(epoch))

    partial = options.output + ".tmp"
    try:
        with h5py.File(partial, "w", libver=("v110", "v110")) as file:
            file.attrs.update({
                "schema": SCHEMA, "generator": "mxnet", "generator_version": mx.__version__,
                "reference_precision": "f32", "model": os.path.basename(prefix),
                "weights_sha256": sha256(network.weights_file),
                "symbol_sha256": sha256(network.symbol_file),
                "created": timestamp(), "command": command_line(),
            })
            for source, name in zip(sources, names):
                x, done = array(source) if source == options.input else picture(source, options)
                case = file.create_group("cases/" + name)
                case.attrs.update(
                    {"source": name, "source_sha256": sha256(source), "preprocessing": done})
                top = record(case, network, x, options, labels)
                print(name, done, sep=": ")
                for c, probability in top:
                    print(f"  {c:5d} {probability:.6f} {labels[c] if labels else ''}".rstrip())
        os.replace(partial, options.output)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.remove(partial)


if __name__ == "__main__":
    try:
        main()
    except (OSError, RuntimeError) as error:
        # MXNet's errors are stack traces that end in what happened.
        sys.exit(str(error).strip().splitlines()[-1])
