"""Class activation maps and the boxes that they draw, as the literature defines them.

The map of a class is the sum of ``relu1``'s maps, weighted by that class's row of ``fc1``, brought to
the picture's size by bilinear interpolation between half-pixel centres.
"""

import numpy as np
import torch
from torch.nn import functional as F

from network import scaled


@torch.no_grad()
def maps(network, pictures):
    """Logits, and the maps of all classes at the size of the pictures (uint8 N x H x W x 3)."""
    x = torch.from_numpy(pictures).permute(0, 3, 1, 2)
    features = network.maps(scaled(x).contiguous(memory_format=torch.channels_last))
    logits = network.fc1(features.mean((2, 3)))
    small = torch.einsum("nchw,kc->nkhw", features, network.fc1.weight)
    size = pictures.shape[1:3]
    large = F.interpolate(small, size=size, mode="bilinear", align_corners=False)
    return logits.numpy(), large.numpy()


def largest_box(mask):
    """Left, top, width, height of the largest 8-connected part of a mask; None if it is empty."""
    parents, areas, boxes, before = [], [], [], []

    def root(i):
        while parents[i] != i:
            i = parents[i]
        return i

    for y, row in enumerate(mask):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(np.int8), [0]])))
        runs = []
        for first, stop in edges.reshape(-1, 2).tolist():
            own = len(parents)
            parents.append(own)
            areas.append(stop - first)
            boxes.append([first, y, stop, y + 1])
            for a, b, label in before:
                if a <= stop and first <= b:
                    other, own = root(label), root(own)
                    if other != own:
                        parents[other] = own
                        areas[own] += areas[other]
                        p, q = boxes[own], boxes[other]
                        boxes[own] = [
                            min(p[0], q[0]), min(p[1], q[1]), max(p[2], q[2]), max(p[3], q[3])]
            runs.append((first, stop, own))
        before = runs
    if not parents:
        return None
    best = max((i for i in range(len(parents)) if parents[i] == i), key=areas.__getitem__)
    left, top, right, bottom = boxes[best]
    return left, top, right - left, bottom - top


def overlap(a, b):
    """Intersection over union of two boxes."""
    # Numbers of an annotation may be of 16 bits, which areas do not fit into.
    a, b = [int(v) for v in a], [int(v) for v in b]
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    return both / (a[2] * a[3] + b[2] * b[3] - both)


def points_at(heat, box):
    """Whether the map's maximum lies in the box (the pointing game, without tolerance)."""
    y, x = np.unravel_index(heat.argmax(), heat.shape)
    return box[0] <= x < box[0] + box[2] and box[1] <= y < box[1] + box[3]
