#!/usr/bin/env python3
"""Write the convolutions of well-known networks as lists of problems in benchdnn's notation.

  problem_lists.py -o problems

torchvision builds each network, a picture's shape is sent through it, and every Conv2d says what it
was given. Neither weights nor pixels exist: tensors are on PyTorch's `meta` device, which knows
shapes only. Lines are in the order in which the networks compute; a problem that comes again,
within a network or in another one of the file, is counted and not repeated.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

import torch
import torchvision
from torch import nn
from torchvision import models

# File, heading of each network and its constructor, the picture's side.
LISTS = [
    ("densenet.txt", {
        "DenseNet-121": models.densenet121, "DenseNet-161": models.densenet161,
        "DenseNet-169": models.densenet169, "DenseNet-201": models.densenet201}, 224),
    ("squeezenet.txt", {
        "SqueezeNet 1.0": models.squeezenet1_0, "SqueezeNet 1.1": models.squeezenet1_1}, 224),
    ("resnet152.txt", {"ResNet-152": models.resnet152}, 224),
    ("resnext101-64x4d.txt", {"ResNeXt-101 64x4d": models.resnext101_64x4d}, 224),
    ("inception-v3.txt", {
        "Inception v3": lambda: models.inception_v3(init_weights=False)}, 299),
]


def notation(module, before, after):
    """A convolution of one shape [N,C,H,W] to another, as densecam prints it.

    A square problem has one number for both sides, and what has its default value is left out.
    Padding on the right and at the bottom is not written: it is what the output's size needs.
    """
    (batch, ic, ih, iw), (_, oc, oh, ow) = before, after
    (kh, kw), (sh, sw), (dh, dw), (ph, pw) = (
        module.kernel_size, module.stride, module.dilation, module.padding)
    square = all(a == b for a, b in ((ih, iw), (oh, ow), (kh, kw), (sh, sw), (dh, dw), (ph, pw)))

    def sides(letter, height, width):
        return f"{letter}h{height}" + ("" if square else f"{letter}w{width}")

    text = f"g{module.groups}" if module.groups > 1 else ""
    text += f"mb{batch}ic{ic}{sides('i', ih, iw)}oc{oc}{sides('o', oh, ow)}{sides('k', kh, kw)}"
    if (sh, sw) != (1, 1):
        text += sides("s", sh, sw)
    if (dh, dw) != (1, 1):
        text += sides("d", dh - 1, dw - 1)  # benchdnn counts the gaps between taps.
    if (ph, pw) != (0, 0):
        text += sides("p", ph, pw)
    return text


def problems(build, side):
    """The problems of a network for one square picture, in the order of computation."""
    with torch.device("meta"):
        network = build().eval()
        picture = torch.empty(1, 3, side, side)
    found = []

    def keep(module, inputs, output):
        if isinstance(module.padding, str) or module.padding_mode != "zeros":
            sys.exit(f"{module}: benchdnn's notation has no such padding")
        # At inference the batch norms of these networks become a bias, if there is none already.
        found.append(notation(module, tuple(inputs[0].shape), tuple(output.shape)) + "+bias")

    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(keep)
    with torch.inference_mode():
        network(picture)
    return found


def listing(networks, side):
    """The text of one file."""
    found = {name: problems(build, side) for name, build in networks.items()}
    counts = Counter(problem for network in found.values() for problem in network)
    lines = [f"# {len(counts)} problems of {counts.total()} convolutions, {side}×{side}, batch 1.",
             "# Written by tools/problem_lists.py with torchvision "
             f"{torchvision.__version__.partition('+')[0]}; see README.md."]
    seen = set()
    for name, network in found.items():
        new = [problem for problem in dict.fromkeys(network) if problem not in seen]
        seen.update(new)
        added = " not listed above" if len(found) > 1 and len(new) < len(seen) else ""
        lines += ["", f"# {name}: {len(network)} convolutions, {len(new)} problems{added}"]
        lines += [problem + (f"  # {counts[problem]}×" if counts[problem] > 1 else "")
                  for problem in new]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="FOLDER",
                        help="where the lists go; those of the same names are replaced")
    folder = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    for name, networks, side in LISTS:
        (folder / name).write_text(listing(networks, side), encoding="utf-8")
        print(folder / name)


if __name__ == "__main__":
    try:
        main()
    except (OSError, RuntimeError) as error:
        sys.exit(str(error).strip().splitlines()[0])
