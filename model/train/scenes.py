"""Scenes: objects of the kinds in ``shapes``, at any place, size and turn, among clutter.

A scene is fixed by ``(split, index)`` and nothing else: the same pair gives the same pixels on every
run (with the versions in requirements.txt), and the splits never share a random stream, so that
training, validation and test scenes are disjoint.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

import shapes
import textures

#: All scenes grow from this number.
SEED = 20170811
#: The random streams; a split's number goes into the seed of each of its scenes.
SPLITS = {"train": 1, "validation": 2, "held-out": 3, "committed": 4, "plain": 5}
#: The side of a square scene.
SIDE = 224
#: The longer side of an object's box in pixels: alone, one of two, one of three.
SIZES = {1: (72, 150), 2: (64, 108), 3: (60, 84)}
#: How much of an object clutter may cover.
OCCLUSION = 0.15
#: Silhouettes are filled at this multiple of the resolution and averaged down.
SUPERSAMPLING = 4


@dataclass
class Placed:
    """An object in a scene: its kind and where it is seen."""

    kind: int
    #: True where the object covers at least half of a pixel and nothing lies over it.
    visible: np.ndarray
    area: int

    def box(self):
        """The tight box of what is seen: left, top, width, height."""
        rows = np.flatnonzero(self.visible.any(axis=1))
        columns = np.flatnonzero(self.visible.any(axis=0))
        return (
            int(columns[0]), int(rows[0]),
            int(columns[-1] - columns[0] + 1), int(rows[-1] - rows[0] + 1))


def _posed(rng, steps, size, turn):
    """The steps mirrored, stretched, sheared, turned and scaled until the box's longer side is
    ``size`` pixels; then the box's width and height. The box's corner is at 0, 0."""
    angle = np.deg2rad(rng.uniform(-turn, turn))
    c, s = np.cos(angle), np.sin(angle)
    stretch = rng.uniform(0.85, 1.18)
    matrix = np.array([[c, -s], [s, c]]) @ np.array([[1, rng.uniform(-0.15, 0.15)], [0, 1]])
    matrix = matrix @ np.diag([stretch * rng.choice([-1, 1]), 1 / stretch])
    moved = [(add, points @ matrix.T) for add, points in steps]
    every = np.concatenate([points for add, points in moved if add])
    low, high = every.min(axis=0), every.max(axis=0)
    scale = size / (high - low).max()
    return [(add, (points - low) * scale) for add, points in moved], (high - low) * scale


def _coverage(steps, left, top, width, height):
    """How much of each pixel the silhouette covers, 0...1, for the part of the picture that it
    touches, and that part as slices. None if it lies outside."""
    every = np.concatenate([points for add, points in steps if add]) + (left, top)
    x0, y0 = np.maximum(np.floor(every.min(axis=0)).astype(int) - 8, 0)
    x1, y1 = np.minimum(np.ceil(every.max(axis=0)).astype(int) + 8, (width, height))
    if x1 - x0 < 2 or y1 - y0 < 2:
        return None
    picture = Image.new("L", ((x1 - x0) * SUPERSAMPLING, (y1 - y0) * SUPERSAMPLING))
    pen = ImageDraw.Draw(picture)
    for add, points in steps:
        at = (points + (left - x0, top - y0)) * SUPERSAMPLING
        pen.polygon(at.ravel().tolist(), fill=255 if add else 0)
    return picture.reduce(SUPERSAMPLING), (slice(y0, y1), slice(x0, x1))


def _paint(canvas, where, coverage, fill):
    part = canvas[where]
    part += (fill - part) * coverage[:, :, None]


def _draw(rng, canvas, silhouette, where, contrast):
    """Paints a silhouette with a surface of its own, sometimes with a shadow and an outline.

    ``contrast`` is the least mean distance (in RGB, 0...441) between the surface and what it covers;
    the surface is drawn again until it is reached.
    Returns the coverage, outline included.
    """
    coverage = np.asarray(silhouette, np.float32) / 255
    if rng.random() < 0.35:
        shadow = Image.new("L", silhouette.size)
        shadow.paste(silhouette, tuple(rng.integers(-5, 6, 2).tolist()))
        shadow = shadow.filter(ImageFilter.GaussianBlur(rng.uniform(1, 3)))
        shadow = np.asarray(shadow, np.float32) / 255
        canvas[where] *= 1 - shadow[:, :, None] * rng.uniform(0.2, 0.6)
    height, width = coverage.shape
    under = canvas[where]
    solid = coverage > 0.5
    best, best_distance = None, -1.0
    for _ in range(12):
        fill = textures.surface(rng, height, width)
        distances = np.sqrt(((fill - under) ** 2).sum(axis=2))[solid]
        # Not the mean alone: a surface half of which melts into the ground hides the silhouette.
        distance = min(distances.mean(), 1.6 * np.percentile(distances, 20)) if solid.any() else 999
        if distance > best_distance:
            best, best_distance = fill, distance
        if best_distance >= contrast:
            break
    if rng.random() < 0.3:
        edge = int(rng.integers(1, 3)) * 2 + 1
        outline = silhouette.filter(ImageFilter.MaxFilter(edge))
        outline = np.asarray(outline, np.float32) / 255
        _paint(canvas, where, outline, textures.colour(rng))
        _paint(canvas, where, coverage, best)
        return outline
    _paint(canvas, where, coverage, best)
    return coverage


def _clutter(rng, canvas, placed, contrast, largest):
    """Paints one piece of clutter, unless it would cover too much of an object."""
    height, width = canvas.shape[:2]
    draw = shapes.CLUTTER[rng.integers(len(shapes.CLUTTER))]
    steps, box = _posed(rng, draw(rng), rng.uniform(14, largest), 180)
    left = rng.uniform(-box[0] / 2, width - box[0] / 2)
    top = rng.uniform(-box[1] / 2, height - box[1] / 2)
    covered = _coverage(steps, left, top, width, height)
    if covered is None:
        return
    silhouette, where = covered
    if placed:  # With room for an outline.
        over = np.asarray(silhouette.filter(ImageFilter.MaxFilter(5))) > 0
    for thing in placed:
        left_over = thing.visible.sum() - (thing.visible[where] & over).sum()
        if left_over < (1 - OCCLUSION) * thing.area:
            return
    solid = _draw(rng, canvas, silhouette, where, contrast) > 0.5
    for thing in placed:
        thing.visible[where] &= ~solid


def _places(rng, boxes, width, height):
    """Corners for boxes that lie inside the picture and apart from each other, or None."""
    taken = []
    for w, h in boxes:
        for _ in range(40):
            if width - w < 8 or height - h < 8:
                return None
            x, y = rng.uniform(4, width - w - 4), rng.uniform(4, height - h - 4)
            if all(
                x + w + 4 < a or a + c + 4 < x or y + h + 4 < b or b + d + 4 < y
                for a, b, c, d in taken
            ):
                taken.append((x, y, w, h))
                break
        else:
            return None
    return [(x, y) for x, y, _, _ in taken]


def scene(split, index, count=None, width=SIDE, height=SIDE):
    """A scene and what is in it.

    ``count`` objects of different kinds; unless given, 1 in six of ten scenes, else 2 or 3. Scenes of
    the split "plain", to begin training with, have no clutter and more contrast.
    Returns the picture, uint8 of ``height`` x ``width`` x RGB, and a list of ``Placed``.
    """
    rng = np.random.default_rng([SEED, SPLITS[split], index])
    if count is None:
        count = int(rng.choice([1, 2, 3], p=[0.6, 0.28, 0.12]))
    plain = split == "plain"
    canvas = textures.ground(rng, height, width)
    for _ in range(0 if plain else rng.integers(2, 7)):
        _clutter(rng, canvas, [], 25, 90)
    kinds = rng.choice(len(shapes.KINDS), count, replace=False)
    while True:
        posed = []
        for kind in kinds:
            _, _, draw, turn = shapes.KINDS[kind]
            low, high = SIZES[count]
            high = min(high, 0.9 * min(width, height))
            size = np.exp(rng.uniform(np.log(low), np.log(high)))
            posed.append(_posed(rng, draw(rng), size, turn))
        corners = _places(rng, [box for _, box in posed], width, height)
        if corners is not None:
            break
    placed = []
    for kind, (steps, _), (left, top) in zip(kinds, posed, corners):
        silhouette, where = _coverage(steps, left, top, width, height)
        solid = _draw(rng, canvas, silhouette, where, 150 if plain else 110) > 0.5
        visible = np.zeros((height, width), bool)
        visible[where] = solid
        for thing in placed:
            thing.visible &= ~visible
        placed.append(Placed(int(kind), visible, int(visible.sum())))
    for _ in range(0 if plain else rng.integers(1, 5)):
        _clutter(rng, canvas, placed, 25, 60)
    picture = canvas * rng.uniform(0.85, 1.12) + rng.uniform(-12, 12)
    picture += rng.standard_normal((height, width, 1), np.float32) * rng.uniform(0, 5)
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8), placed
