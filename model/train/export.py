"""Writes a checkpoint as MXNet does: symbol, params and the two lists of names.

    python export.py WORK/last.pt POOL ../scenes

Batch norms' statistics are taken anew for the averaged weights, over full training scenes, before
anything is written; nothing is folded. ``check_mxnet.py`` holds what MXNet makes of the files against
PyTorch.
"""

import argparse
import json
import struct
from pathlib import Path

import numpy as np
import torch

import scenes
from network import Architecture, SceneNet
from train import load, settle


def symbol(architecture):
    """The graph as MXNet 1.x writes it, node for node as in the zoo's DenseNets of 2017."""
    nodes = []

    def add(op, name, inputs=(), **attributes):
        node = {"op": op, "name": name}
        if attributes:
            node["attrs"] = {key: str(value) for key, value in sorted(attributes.items())}
        node["inputs"] = [[i, 0, 0] for i in inputs]
        nodes.append(node)
        return len(nodes) - 1

    def norm(x, name, fix_gamma=False):
        parts = ("gamma", "beta", "moving_mean", "moving_var")
        own = [add("null", f"{name}_{part}") for part in parts]
        nodes[own[2]]["attrs"] = {"__init__": '["zero", {}]'}
        nodes[own[3]]["attrs"] = {"__init__": '["one", {}]'}
        return add(
            "BatchNorm", name, [x, *own], eps="2e-05", fix_gamma=fix_gamma, momentum="0.9",
            use_global_stats=False)

    def relu(x, name):
        return add("Activation", name, [x], act_type="relu")

    def conv(x, name, channels, kernel, stride=1):
        pad = kernel // 2
        weight = add("null", f"{name}_weight")
        return add(
            "Convolution", name, [x, weight], dilate="(1, 1)", kernel=(kernel, kernel), no_bias=True,
            num_filter=channels, num_group=1, pad=(pad, pad), stride=(stride, stride), workspace=512)

    def pool(x, name, kind, kernel, stride=1, pad=0, whole=False):
        return add(
            "Pooling", name, [x], global_pool=whole, kernel=(kernel, kernel), pad=(pad, pad),
            pool_type=kind, pooling_convention="valid", stride=(stride, stride))

    a = architecture
    x = norm(add("null", "data"), "bn_data", fix_gamma=True)
    x = relu(norm(conv(x, "conv0", a.initial, 7, 2), "bn0"), "relu0")
    x = pool(x, "pooling0", "max", 3, 2, 1)
    channels = a.initial
    for stage, units in enumerate(a.blocks, 1):
        for unit in range(1, units + 1):
            name = f"DBstage{stage}_unit{unit}"
            new = relu(norm(x, f"{name}_bn1"), f"{name}_relu1")
            new = conv(new, f"{name}_conv1", a.bottleneck * a.growth, 1)
            new = relu(norm(new, f"{name}_bn2"), f"{name}_relu2")
            new = conv(new, f"{name}_conv2", a.growth, 3)
            x = add("Concat", f"DBstage{stage}_concat{unit}", [x, new], dim=1, num_args=2)
            channels += a.growth
        if stage < len(a.blocks):
            name = f"TBstage{stage}"
            channels //= 2
            x = relu(norm(x, f"{name}_bn1"), f"{name}_relu1")
            x = pool(conv(x, f"{name}_conv1", channels, 1), f"{name}_pool{stage}", "avg", 2, 2)
    x = relu(norm(x, "bn1"), "relu1")
    x = add("Flatten", "flatten0", [pool(x, "pool1", "avg", 7, whole=True)])
    own = [add("null", "fc1_weight"), add("null", "fc1_bias")]
    x = add("FullyConnected", "fc1", [x, *own], no_bias=False, num_hidden=a.classes)
    x = add("SoftmaxOutput", "softmax", [x, add("null", "softmax_label")])
    return {
        "nodes": nodes,
        "arg_nodes": [i for i, node in enumerate(nodes) if node["op"] == "null"],
        "node_row_ptr": list(range(len(nodes) + 1)),
        "heads": [[x, 0, 0]],
        "attrs": {"mxnet_version": ["int", 10901]},
    }


def arrays(network):
    """The parameters under the names of MXNet, in the order of the graph."""
    kinds = {
        "weight": "arg:{}_gamma", "bias": "arg:{}_beta", "running_mean": "aux:{}_moving_mean",
        "running_var": "aux:{}_moving_var"}
    result = {}
    for key, value in network.state_dict().items():
        name, part = key.rsplit(".", 1)
        if part == "num_batches_tracked":
            continue
        if isinstance(getattr(network, name), torch.nn.BatchNorm2d):
            result[kinds[part].format(name)] = value.numpy()
        else:
            result[f"arg:{name}_{part}"] = value.numpy()
    return result


def write_params(path, named):
    """MXNet's list of arrays (magic 0x112) of dense f32 arrays of format V2."""
    out = [struct.pack("<QQQ", 0x112, 0, len(named))]
    for value in named.values():
        out.append(struct.pack("<Iii", 0xF993FAC9, 0, value.ndim))
        out.append(struct.pack(f"<{value.ndim}q", *value.shape))
        out.append(struct.pack("<iii", 1, 0, 0))
        out.append(np.ascontiguousarray(value, "<f4").tobytes())
    out.append(struct.pack("<Q", len(named)))
    for name in named:
        out.append(struct.pack("<Q", len(name)) + name.encode())
    Path(path).write_bytes(b"".join(out))


def read_checkpoint(path):
    """The averaged weights of a checkpoint, as a network."""
    network = SceneNet(Architecture(classes=len(scenes.shapes.KINDS)))
    network.load_state_dict(torch.load(path, weights_only=True)["average"])
    return network.to(memory_format=torch.channels_last).eval()


def read_params(path):
    """What ``write_params`` wrote, as a network: so that what is measured is what is shipped."""
    data = Path(path).read_bytes()
    at = 0

    def take(form):
        nonlocal at
        values = struct.unpack_from("<" + form, data, at)
        at += struct.calcsize("<" + form)
        return values

    values = []
    for _ in range(take("QQQ")[2]):
        _, _, ndim = take("Iii")
        shape = take(f"{ndim}q")
        take("iii")
        count = int(np.prod(shape))
        values.append(np.frombuffer(data, "<f4", count, at).reshape(shape))
        at += 4 * count
    names = []
    for _ in range(take("Q")[0]):
        (length,) = take("Q")
        names.append(data[at : at + length].decode())
        at += length
    named = dict(zip(names, values))
    network = SceneNet(Architecture(classes=len(scenes.shapes.KINDS)))
    own = arrays(network)
    if set(own) != set(named):
        raise SystemExit(f"{path} is of another network: {set(own) ^ set(named)}")
    with torch.no_grad():
        for name, view in own.items():  # The views share memory with the network's parameters.
            view[...] = named[name]
    return network.to(memory_format=torch.channels_last).eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint")
    parser.add_argument("pool")
    parser.add_argument("folder")
    parser.add_argument("--settling", type=int, default=2000, help="scenes for the statistics")
    options = parser.parse_args()
    torch.set_num_threads(2)
    network = read_checkpoint(options.checkpoint)
    pictures, _ = load(options.pool, "train", options.settling)
    settle(network, pictures)
    folder = Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenes-symbol.json").write_text(
        json.dumps(symbol(network.architecture), indent=2) + "\n")
    write_params(folder / "scenes-0000.params", arrays(network))
    kinds = scenes.shapes.KINDS
    (folder / "synset.txt").write_text("".join(f"{kind[0]}\n" for kind in kinds))
    (folder / "synset-zh.txt").write_text("".join(f"{kind[1]}\n" for kind in kinds), "utf-8")
    print(f"{(folder / 'scenes-0000.params').stat().st_size} bytes of parameters")


if __name__ == "__main__":
    main()
