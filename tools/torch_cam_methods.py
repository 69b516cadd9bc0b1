#!/usr/bin/env python3
"""Write what PyTorch gives for the CAM methods, for the tests of `Sources/Explain/Methods`.

  densecam export densenet-mini@1 densenet-mini@1:0
  torch_cam_methods.py densenet-mini@1:0 golden/densenet-mini.h5 \\
    -o Tests/ExplainTests/Fixtures/methods.json

No closed form is used here: gradients are autograd's, channels are ablated and pictures masked or
covered one by one, and everything is computed in 64-bit floats. The formulas are those of the papers
that `docs/cam-methods.md` names. The heads have given features; the networks are run from the input.

All numbers come from one seed. Weights and inputs are 32-bit floats, as in any checkpoint.
"""

import argparse
import json
import sys

import h5py
import torch
from torch.nn import functional

import torch_golden

SEED = 20260711
DOUBLE = torch.float64


# MARK: Methods at the last layer


def gradients(head, features, c):
    """The class's logit and its gradient by the features, [C,h,w]."""
    leaf = features.clone().requires_grad_(True)
    logit = head(leaf)[c]
    return logit.detach(), torch.autograd.grad(logit, leaf)[0]


def relu(x):
    return x.clamp(min=0)


def cam(head, features, c, weight):
    """Zhou 2016: the classifier's weights themselves."""
    return (weight[c][:, None, None] * features).sum(0)


def grad_cam(head, features, c, weight):
    """Selvaraju 2017, equations 1 and 2."""
    _, gradient = gradients(head, features, c)
    alpha = gradient.mean((1, 2), keepdim=True)
    return relu((alpha * features).sum(0))


def xgrad_cam(head, features, c, weight):
    """Fu 2020, cut at zero as the authors' program does."""
    _, gradient = gradients(head, features, c)
    total = features.sum((1, 2))
    alpha = torch.where(total == 0, torch.zeros_like(total),
                        (gradient * features).sum((1, 2)) / total)
    return relu((alpha[:, None, None] * features).sum(0))


def hires_cam(head, features, c, weight):
    """Draelos and Carin 2020; not cut at zero."""
    _, gradient = gradients(head, features, c)
    return (gradient * features).sum(0)


def layer_cam(head, features, c, weight):
    """Jiang 2021."""
    _, gradient = gradients(head, features, c)
    return relu((relu(gradient) * features).sum(0))


def ablation_cam(head, features, c, weight):
    """Desai and Ramaswamy 2020: the relative drop of the logit without a channel."""
    logit = head(features)[c]
    drops = []
    for k in range(len(features)):
        ablated = features.clone()
        ablated[k] = 0
        drops.append((logit - head(ablated)[c]) / logit)
    return relu((torch.stack(drops)[:, None, None] * features).sum(0))


CLOSED = {"cam": cam, "grad-cam": grad_cam, "xgrad-cam": xgrad_cam, "hires-cam": hires_cam,
          "layer-cam": layer_cam, "ablation-cam": ablation_cam}


# MARK: Methods that run the network


def score_cam(network, features, x, c, channels):
    """Wang 2020, algorithm 1, with logits as scores and the given channels."""
    scores = []
    for k in channels:
        mask = functional.interpolate(features[None, k:k + 1], size=x.shape[2:], mode="bilinear",
                                      align_corners=False)
        mask = (mask - mask.min()) / (mask.max() - mask.min())
        scores.append(network(x * mask)[0, c])
    alpha = torch.softmax(torch.stack(scores), 0)
    return relu((alpha[:, None, None] * features[channels]).sum(0))


def occlusion(network, x, c, window, stride, colour, probability):
    """Zeiler and Fergus 2014: how much the score drops when a part of the input is covered."""
    def score(y):
        logits = network(y)[0]
        return (torch.softmax(logits, 0) if probability else logits)[c]

    height, width = x.shape[2:]
    rows = []
    for i in range(-(-height // stride[0])):
        row = []
        for j in range(-(-width // stride[1])):
            top = i * stride[0] - (window[0] - stride[0]) // 2
            left = j * stride[1] - (window[1] - stride[1]) // 2
            covered = x.clone()
            covered[0, :, max(top, 0):top + window[0], max(left, 0):left + window[1]] = \
                colour[:, None, None]
            row.append(score(x) - score(covered))
        rows.append(torch.stack(row))
    return torch.stack(rows)


# MARK: Cases


def numbers(tensor):
    return [float(value) for value in tensor.detach().flatten()]


def closed_maps(head, features, classes, weight):
    return [{"method": name, "class": c, "values": numbers(method(head, features, c, weight))}
            for name, method in CLOSED.items() for c in classes]


def random(generator, *shape):
    """32-bit floats, held in 64 bits."""
    return torch.randn(*shape, generator=generator).to(DOUBLE)


def head_case(name, features, weight, bias):
    """A head with given features; without a weight the features are the classes' maps."""
    count = len(features) if weight is None else len(weight)
    matrix = torch.eye(count, dtype=DOUBLE) if weight is None else weight

    def head(f):
        means = f.mean((1, 2))
        return means if weight is None else functional.linear(means, weight, bias)

    return {"name": name, "shape": list(features.shape), "features": numbers(features),
            "weight": None if weight is None else numbers(weight),
            "bias": None if bias is None else numbers(bias), "logits": numbers(head(features)),
            "maps": closed_maps(head, features, range(count), matrix)}


def heads(generator):
    positive = relu(random(generator, 6, 3, 4))
    positive[2] = 0
    signed = random(generator, 5, 2, 3)
    signed[1] = torch.tensor([[0.5, -0.5, 0.25], [-0.25, 1.0, -1.0]])
    yield head_case("linear", positive, random(generator, 4, 6), random(generator, 4))
    yield head_case("signed features, no bias", signed, random(generator, 3, 5), None)
    yield head_case("class maps", relu(random(generator, 4, 3, 3)), None, None)


def network_maps(network, features, x, weight, classes):
    """Score-CAM and occlusion of one network."""
    def likeliest(c, count):
        varying = [k for k in range(len(features)) if features[k].min() < features[k].max()]
        return sorted(sorted(varying, key=lambda k: (-abs(weight[c][k]), k))[:count])

    everything = len(features)
    side = x.shape[2]
    quarter, large = side // 4, 3 * side // 8
    # The last windows of this stride hang over the right edge.
    uneven = (side // 8, 5 * side // 16)
    mean = x[0].mean((1, 2))
    zero = torch.zeros_like(mean)
    return {
        "scoreCAM": [
            {"class": c, "channels": count,
             "values": numbers(score_cam(network, features, x, c, likeliest(c, count)))}
            for c in classes for count in (everything, 3)],
        "occlusion": [
            {"class": c, "window": window, "stride": stride, "baseline": baseline,
             "score": "probability" if probability else "logit",
             "values": numbers(occlusion(network, x, c, window, stride, colour, probability))}
            for c in classes
            for window, stride, baseline, colour, probability in (
                ((quarter, large), (quarter, quarter), "mean", mean, False),
                ((large, large), uneven, "zero", zero, True))],
    }


def densenet(name, golden):
    """The committed golden's picture and features."""
    model = torch_golden.Network(name)
    layers = model.network.to(DOUBLE)
    with h5py.File(golden) as file:
        case = next(iter(file["cases"].values()))
        x = torch.from_numpy(case["input"][:]).to(DOUBLE)
        stored = torch.from_numpy(case["activations/relu1"][:])[0].to(DOUBLE)

    def maps_of(y):
        return layers.relu5(layers.features(layers.norm_data(y)))

    def head(f):
        return layers.classifier(f.mean((1, 2)))

    def network(y):
        return layers.classifier(layers.flatten(layers.pool5(maps_of(y))))

    weight = layers.classifier.weight.detach()
    classes = [1, 9, 0]
    closed = closed_maps(head, stored, classes, weight)
    with torch.no_grad():
        return {"closed": closed, **network_maps(network, maps_of(x)[0], x, weight, classes[:2])}


def class_maps(generator):
    """A network in the manner of SqueezeNet: its last convolution gives a map a class."""
    first, last = random(generator, 6, 3, 3, 3) / 3, random(generator, 5, 6, 1, 1)
    first_bias, last_bias = random(generator, 6) / 4, random(generator, 5) / 4
    x = random(generator, 1, 3, 16, 16)

    def maps_of(y):
        y = relu(functional.conv2d(y, first, first_bias, padding=1))
        return relu(functional.conv2d(functional.max_pool2d(y, 2), last, last_bias))

    def network(y):
        return maps_of(y).mean((2, 3))

    return {"input": numbers(x), "conv1": numbers(first), "conv1Bias": numbers(first_bias),
            "conv10": numbers(last), "conv10Bias": numbers(last_bias),
            "logits": numbers(network(x)),
            **network_maps(network, maps_of(x)[0], x, torch.eye(5, dtype=DOUBLE), [0, 3])}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", metavar="PREFIX:EPOCH", help="densenet-mini@1, exported")
    parser.add_argument("golden", metavar="GOLDEN", help="golden/densenet-mini.h5")
    parser.add_argument("-o", "--output", required=True, metavar="FILE")
    options = parser.parse_args()
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(SEED)
    result = {"generator": f"PyTorch {torch.__version__}", "seed": SEED,
              "heads": list(heads(generator)),
              "classMaps": class_maps(generator),
              "densenet": densenet(options.model, options.golden)}
    with open(options.output, "w", encoding="utf-8") as file:
        json.dump(result, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    try:
        main()
    except (OSError, RuntimeError, torch_golden.CheckpointError) as error:
        sys.exit(str(error).strip().splitlines()[0])
