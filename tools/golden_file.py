"""What the writers of golden files (densecam.golden/1, HDF5) share: their command line, how a
picture becomes an input, and how outputs are stored. The frameworks stay outside.

`write` takes a network with these attributes:

  generator, generator_version   the framework and its version
  symbol_file, weights_file      what it was read from
  operators                      {node: operator} of every node that can be kept, in graph order
  output, logits, feature        nodes; `feature` is the map before the average pooling, or None
  ends_in_softmax                whether `output` holds probabilities already
  classifier, bias               [classes, features] and [classes]; None where there is none
  run(x, nodes)                  {node: float32 array} for an input [N,C,H,W]
"""

import argparse
import contextlib
import datetime
import hashlib
import os
import re
import shlex
import sys
from dataclasses import dataclass

import h5py
import numpy as np
from PIL import Image, ImageOps

SCHEMA = "densecam.golden/1"


def size(text):
    width, height = (int(side) for side in text.split("x"))
    return width, height


def triple(text):
    a, b, c = (float(value) for value in text.split(","))
    return a, b, c


def arguments(description):
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", metavar="PREFIX:EPOCH", help="an MXNet checkpoint")
    parser.add_argument("images", nargs="*", metavar="IMAGE", help="a picture; each is one case")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="golden to write")
    parser.add_argument("--input", metavar="FILE", help="fed as it is: a float [N,C,H,W] array "
                        "(.npy), or the inputs of another golden (.h5)")
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


def checkpoint_files(name):
    """The symbol file and the weights file that PREFIX:EPOCH stands for."""
    prefix, _, epoch = name.rpartition(":")
    if not (prefix and epoch.isdigit()):
        sys.exit(f"{name}: a checkpoint is named PREFIX:EPOCH, as in squeezenet_v1.0:0")
    return prefix + "-symbol.json", f"{prefix}-{int(epoch):04d}.params"


# MARK: Input


@dataclass
class Case:
    """An input and where it comes from."""

    name: str
    source: str
    source_sha256: str
    preprocessing: str
    input: np.ndarray


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
        image = ImageOps.exif_transpose(image)
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
    try:
        x = np.load(path).astype(np.float32)
    except ValueError as error:
        sys.exit(f"{path}: no array of numbers: {error}")
    x = x[None] if x.ndim == 3 else x
    if x.ndim != 4:
        sys.exit(f"{path}: an array [N,C,H,W] is needed, not {x.ndim} dimensions")
    return x, f"array {x.shape[3]}x{x.shape[2]} as given"


def golden_cases(path):
    """The inputs of another golden, with what it says of their origin."""
    with h5py.File(path) as file:
        if file.attrs.get("schema") != SCHEMA:
            sys.exit(f"{path}: no golden of schema {SCHEMA}")
        origin = ("source", "source_sha256", "preprocessing")
        return [
            Case(name, *(str(group.attrs.get(key, "")) for key in origin), group["input"][:])
            for name, group in file["cases"].items()
        ]


def cases(options):
    """Everything that is to be fed, under names that differ."""
    found = []
    for path in options.images + ([options.input] if options.input else []):
        if path == options.input and h5py.is_hdf5(path):
            found += golden_cases(path)
            continue
        x, done = array(path) if path == options.input else picture(path, options)
        name = os.path.basename(path)
        found.append(Case(name, name, sha256(path), done, x))
    if not found or len({case.name for case in found}) != len(found):
        sys.exit("give one or more pictures, or --input, with file names that differ")
    return found


# MARK: Output


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def command_line():
    """The command as it was given, less the folders, which are this machine's own business."""
    def stripped(word):
        option, equals, value = word.partition("=") if word.startswith("--") else ("", "", word)
        if os.path.isdir(os.path.dirname(value)):
            value = os.path.basename(value)
        return option + equals + value

    return shlex.join([os.path.basename(sys.argv[0])] + [stripped(word) for word in sys.argv[1:]])


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


def dataset_name(node):
    """The name under which a node is stored: HDF5 would make groups of one with slashes."""
    if node in (".", ".."):
        return node.replace(".", "%2E")
    name = re.sub("%(?=2F|00|2E|25)", "%25", node)
    return name.replace("/", "%2F").replace("\0", "%00")


def maps(network, outputs, classes):
    """The class activation maps of a batch's first picture, summed in double."""
    feature = outputs[network.feature][0].astype(np.float64)
    logits = outputs[network.logits].reshape(len(outputs[network.logits]), -1)[0]
    bias = np.zeros(len(logits)) if network.bias is None else network.bias
    if network.classifier is not None:
        weights = network.classifier.astype(np.float64)
        if weights.shape[1] != len(feature):
            sys.exit("the average pooling before the classifier does not cover the whole map")
        found = {c: np.tensordot(weights[c], feature, 1) for c in classes}
    else:
        found = {c: feature[c] for c in classes}
    # Pooling is linear, so a map's mean is its class's logit less the bias.
    gap = max(abs(found[c].mean() + bias[c] - logits[c]) for c in classes)
    if not gap <= 1e-4 * max(1, abs(logits).max()):
        sys.exit(f"mean(CAM) + bias misses the logit by {gap:.3g}: this is not the CAM layer")
    return found


def record(group, network, x, options, labels):
    """Runs one input and writes what belongs below `/cases/NAME`."""
    taps = [node for node in network.operators if options.taps.search(node)]
    needed = [n for n in (network.feature, network.logits, network.output) if n is not None]
    outputs = network.run(x, list(dict.fromkeys(taps + needed)))
    put(group, "input", x)
    activations = group.create_group("activations")
    for node in taps:
        value = outputs[node].reshape(outputs[node].shape + (1,) * (4 - outputs[node].ndim))
        if value.ndim != 4:
            sys.exit(f"node {node} of shape {value.shape} has no place in a golden file")
        put(activations, dataset_name(node), value).attrs["op"] = network.operators[node]
    # By these a reader notices that something was lost or exchanged.
    group.attrs["input_sha256"] = hashlib.sha256(np.asarray(x, "<f4").tobytes()).hexdigest()
    group.attrs["activation_count"] = len(activations)
    logits = outputs[network.logits].reshape(len(x), -1)
    output = outputs[network.output].reshape(len(x), -1)
    probabilities = output if network.ends_in_softmax else softmax(logits)
    put(group, "logits", logits)
    put(group, "probabilities", probabilities)
    if labels and len(labels) < logits.shape[1]:
        sys.exit(f"{len(labels)} labels do not name {logits.shape[1]} classes")
    likeliest = [int(c) for c in np.argsort(-probabilities[0], kind="stable")[:options.top]]
    if network.feature is None:
        print("no average pooling before the logits, so no class activation maps", file=sys.stderr)
    elif likeliest:
        cams = group.create_group("cams")
        for rank, (c, values) in enumerate(maps(network, outputs, likeliest).items()):
            attributes = put(cams, str(c), values).attrs
            attributes["rank"] = rank
            attributes["probability"] = float(probabilities[0, c])
            if labels:
                attributes["label"] = labels[c]
    return [(c, float(probabilities[0, c])) for c in likeliest]


def write(network, options):
    """Runs the network on everything that is to be fed and writes the golden file in one piece."""
    labels = None
    if options.labels:
        with open(options.labels, encoding="utf-8-sig") as file:
            labels = file.read().splitlines()
    fed = cases(options)
    partial = options.output + ".tmp"
    try:
        with h5py.File(partial, "w", libver=("v110", "v110")) as file:
            file.attrs.update({
                "schema": SCHEMA, "generator": network.generator,
                "generator_version": network.generator_version, "reference_precision": "f32",
                "model": os.path.basename(options.model.rpartition(":")[0]),
                "weights_sha256": sha256(network.weights_file),
                "symbol_sha256": sha256(network.symbol_file),
                "created": timestamp(), "command": command_line(),
            })
            for case in fed:
                group = file.create_group("cases/" + case.name)
                group.attrs.update({
                    "source": case.source, "source_sha256": case.source_sha256,
                    "preprocessing": case.preprocessing})
                top = record(group, network, case.input, options, labels)
                print(case.name, case.preprocessing, sep=": ")
                for c, probability in top:
                    print(f"  {c:5d} {probability:.6f} {labels[c] if labels else ''}".rstrip())
        os.replace(partial, options.output)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.remove(partial)
