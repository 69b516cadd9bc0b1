"""Measures the shipped network; every figure of CARD.md comes from here.

    python render.py held-out 3000 POOL --objects 1
    python render.py held-out 1000 POOL --objects 2 --first 10
    python evaluate.py accuracy ../scenes POOL
    python evaluate.py localise ../scenes POOL
    python evaluate.py cues POOL
    python evaluate.py committed ../scenes
    python evaluate.py logits ../scenes logits.npz

The weights are read from the .params file, not from the training's checkpoint.
"""

import argparse
import json
import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

import scenes
from cam import largest_box, maps, overlap, points_at
from export import read_params
from network import scaled
from train import load, predict, scores

NAMES = [kind[0] for kind in scenes.shapes.KINDS]


def interval(right, total):
    """Wilson's interval at 95 %."""
    z, p = 1.96, right / total
    middle = (p + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(p * (1 - p) / total + z * z / (4 * total**2)) / (1 + z * z / total)
    return f"{100 * p:.2f} % ({100 * (middle - half):.2f}-{100 * (middle + half):.2f}) of {total}"


def single(objects):
    return (objects[:, :, 0] >= 0).sum(axis=1) == 1


def accuracy(folder, pool):
    network = read_params(folder / "scenes-0000.params")
    pictures, objects = load(pool, "held-out")
    logits = predict(network, pictures)
    one = single(objects)
    true, best = objects[one, 0, 0], logits[one].argmax(axis=1)
    print("one object:", interval(int((true == best).sum()), int(one.sum())))
    result = scores(logits, objects)
    for count in sorted(set(result) - {1}):
        n = result[count]["scenes"]
        print(f"{count} objects, the best {count} are they:", interval(round(result[count]["all"] * n), n))
        print(f"{count} objects, the best is one of them:", interval(round(result[count]["first"] * n), n))
    side = objects[one, 0, 3:5].max(axis=1)
    for low, high in ((0, 70), (70, 85), (85, 100), (100, 120), (120, 200)):
        bin_ = (side >= low) & (side < high)
        print(f"longer side {low}-{high}:", interval(int((true == best)[bin_].sum()), int(bin_.sum())))
    confusion = np.zeros((len(NAMES), len(NAMES)), int)
    np.add.at(confusion, (true, best), 1)
    width = max(map(len, NAMES))
    print(" " * width, *(f"{name[:5]:>5}" for name in NAMES))
    for name, row in zip(NAMES, confusion):
        print(f"{name:{width}}", *(f"{n or '.':>5}" for n in row))


def _localise(network, pictures, boxes, kinds):
    """Pointing, box at 20 % of the maximum, mean IoU and MaxBoxAcc for the true class's map."""
    pointed, overlaps, by_threshold = [], [], []
    thresholds = np.arange(0.0, 1.0, 0.05)
    for start in range(0, len(pictures), 50):
        _, heats = maps(network, pictures[start : start + 50])
        for heat, box, kind in zip(heats, boxes[start:], kinds[start:]):
            heat = heat[kind]
            pointed.append(points_at(heat, box))
            overlaps.append(overlap(largest_box(heat > 0.2 * heat.max()) or (0, 0, 1, 1), box))
            even = (heat - heat.min()) / (np.ptp(heat) or 1)
            by_threshold.append([
                overlap(largest_box(even >= t) or (0, 0, 1, 1), box) for t in thresholds])
    n, overlaps, by_threshold = len(pointed), np.array(overlaps), np.array(by_threshold)
    print("  pointing:", interval(sum(map(bool, pointed)), n))
    print("  box at 20 % of the maximum, IoU >= 0.5:", interval(int((overlaps >= 0.5).sum()), n))
    print(f"  its mean IoU: {overlaps.mean():.3f}")
    hits = (by_threshold >= 0.5).mean(axis=0)
    print(f"  MaxBoxAcc (0.5): {100 * hits.max():.1f} % at {thresholds[hits.argmax()]:.2f}")


def localise(folder, pool):
    network = read_params(folder / "scenes-0000.params")
    pictures, objects = load(pool, "held-out")
    one = np.flatnonzero(single(objects))[:1000]
    print("held-out, one object:")
    _localise(network, pictures[one], objects[one, 0, 1:], objects[one, 0, 0])
    two = np.flatnonzero((objects[:, :, 0] >= 0).sum(axis=1) == 2)[:1000]
    print("held-out, two objects, each by its own class:")
    _localise(
        network, np.repeat(pictures[two], 2, axis=0), objects[two, :2, 1:].reshape(-1, 4),
        objects[two, :2, 0].reshape(-1))


def committed(folder):
    """The scenes in the repository, squeezed to 224 x 224 as ``densecam cam`` does."""
    network = read_params(folder / "scenes-0000.params")
    listing = json.loads((folder / "test" / "boxes.json").read_text())
    pictures, objects = [], np.full((len(listing["images"]), 3, 5), -1.0)
    for i, image in enumerate(listing["images"]):
        picture = torch.from_numpy(
            np.array(Image.open(folder / "test" / image["file_name"]).convert("RGB")))
        size = (scenes.SIDE, scenes.SIDE)
        picture = F.interpolate(
            picture.permute(2, 0, 1)[None].float(), size=size, mode="bilinear", align_corners=False)
        pictures.append(picture[0].permute(1, 2, 0).round().byte().numpy())
        own = [a for a in listing["annotations"] if a["image_id"] == image["id"]]
        scale = np.array([scenes.SIDE / image["width"], scenes.SIDE / image["height"]] * 2)
        for slot, a in enumerate(own):
            objects[i, slot] = (a["category_id"], *(np.array(a["bbox"]) * scale))
    pictures = np.stack(pictures)
    logits = predict(network, pictures)
    for count, result in scores(logits, objects).items():
        print(f"{count} objects: {result}")
    one = single(objects)
    print("one object:")
    _localise(network, pictures[one], objects[one, 0, 1:], objects[one, 0, 0].astype(int))
    print("two and three objects, each by its own class:")
    where, slot = np.nonzero((objects[:, :, 0] >= 0) & ~one[:, None])
    _localise(
        network, pictures[where], objects[where, slot, 1:], objects[where, slot, 0].astype(int))


def logits(folder, out):
    """Writes inputs and logits of ten committed scenes, for ``check_mxnet.py`` to compare with."""
    network = read_params(folder / "scenes-0000.params")
    paths = sorted((folder / "test").glob("*.jpg"))
    pictures = [np.array(Image.open(path).convert("RGB")) for path in paths]
    pictures = np.stack([p for p in pictures if p.shape[:2] == (scenes.SIDE, scenes.SIDE)][:10])
    inputs = scaled(torch.from_numpy(pictures).permute(0, 3, 1, 2)).numpy()
    np.savez(out, inputs=inputs, logits=predict(network, pictures))


def _regress(features, kinds):
    """Held-out accuracy of a multinomial logistic regression on two thirds of the scenes."""
    x = torch.tensor(features, dtype=torch.float32)
    x = (x - x.mean(0)) / (x.std(0) + 1e-6)
    y = torch.tensor(kinds, dtype=torch.long)
    cut = len(x) * 2 // 3
    torch.manual_seed(0)
    model = torch.nn.Linear(x.shape[1], len(NAMES))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.02, weight_decay=0.1)
    for _ in range(400):
        optimizer.zero_grad()
        F.cross_entropy(model(x[:cut]), y[:cut]).backward()
        optimizer.step()
    return int((model(x[cut:]).argmax(1) == y[cut:]).sum()), len(x) - cut


def _neighbours(features, kinds, k=15):
    """Held-out accuracy of the vote of the nearest 15."""
    x = (features - features.mean(0)) / (features.std(0) + 1e-6)
    cut = len(x) * 2 // 3
    right = 0
    for row, kind in zip(x[cut:], kinds[cut:]):
        near = np.argsort(((x[:cut] - row) ** 2).sum(1))[:k]
        right += np.bincount(kinds[:cut][near]).argmax() == kind
    return int(right), len(x) - cut


def cues(pool):
    """What colour alone and position alone tell: features of single-object scenes, no shape."""
    pictures, objects = load(pool, "held-out")
    one = single(objects)
    pictures, objects = pictures[one], objects[one, 0]
    kinds = objects[:, 0].astype(int)
    whole, boxed = [], []
    for picture, (_, x, y, w, h) in zip(pictures, objects):
        codes = (picture // 64).astype(int) @ (16, 4, 1)
        whole.append(np.concatenate(
            [np.bincount(codes.ravel(), minlength=64) / codes.size,
             picture.mean((0, 1)) / 255, picture.std((0, 1)) / 255]))
        middle = picture[y + h // 4 : y + h - h // 4, x + w // 4 : x + w - w // 4]
        boxed.append(np.concatenate([middle.mean((0, 1)), middle.std((0, 1))]))
    centre = objects[:, 1:3] + objects[:, 3:5] / 2
    features = {
        "colours of the whole scene": np.array(whole),
        "colours in the middle of the object's box": np.array(boxed),
        "place of the object's middle": np.concatenate([centre, centre**2], axis=1),
    }
    print("chance:", f"{100 / len(NAMES):.2f} %")
    for name, values in features.items():
        print(f"{name}, logistic regression:", interval(*_regress(values, kinds)))
        print(f"{name}, 15 nearest neighbours:", interval(*_neighbours(values, kinds)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["accuracy", "localise", "committed", "cues", "logits"])
    parser.add_argument("paths", nargs="+", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(2)
    globals()[options.what](*options.paths)


if __name__ == "__main__":
    main()
