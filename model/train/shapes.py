"""Silhouettes: the twelve kinds of object, and the clutter that belongs to no kind.

A silhouette is a list of steps ``(add, points)``, painted in order: ``add`` true fills the
polygon, false cuts it out again (the eye of a fish, the bow of a key). Points are rows ``x, y`` in
about -1...1, y pointing down as in pictures. Every function draws its proportions anew from the
random generator it is given, so no two objects of a kind are the same figure.
"""

import numpy as np

Step = tuple[bool, np.ndarray]


def _ellipse(cx, cy, rx, ry=None, start=0.0, stop=2 * np.pi, count=48):
    """Points of an ellipse, or of the arc of it from ``start`` to ``stop``."""
    angle = np.linspace(start, stop, count)
    ry = rx if ry is None else ry
    return np.stack([cx + rx * np.cos(angle), cy + ry * np.sin(angle)], axis=1)


def _box(left, top, right, bottom):
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], float)


def _turned(points, angle, about=(0.0, 0.0)):
    """The points, turned by ``angle`` (radians) about a point."""
    c, s = np.cos(angle), np.sin(angle)
    return (points - about) @ np.array([[c, s], [-s, c]]) + about


def _stroke(path, half_width):
    """The outline of a line of some width along ``path``."""
    path = np.asarray(path, float)
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
    normal = np.stack([-along[:, 1], along[:, 0]], axis=1) * half_width
    return np.concatenate([path + normal, (path - normal)[::-1]])


def star(rng):
    inner = rng.uniform(0.36, 0.48)
    angle = -np.pi / 2 + np.arange(10) * np.pi / 5
    radius = np.where(np.arange(10) % 2 == 0, 1.0, inner)
    return [(True, np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1))]


def heart(rng):
    t = np.linspace(0, 2 * np.pi, 72)
    notch = rng.uniform(4.5, 6.0)
    x = 16 * np.sin(t) ** 3
    y = -(13 * np.cos(t) - notch * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t))
    return [(True, np.stack([x, y], axis=1) / 16)]


def moon(rng):
    bite = rng.uniform(0.78, 0.9)
    return [
        (True, _ellipse(0, 0, 1)),
        (False, _ellipse(rng.uniform(0.42, 0.56), rng.uniform(-0.1, 0.1), bite)),
    ]


def gear(rng):
    teeth = int(rng.integers(7, 11))
    root = rng.uniform(0.7, 0.78)
    pitch = 2 * np.pi / teeth
    points = []
    for tooth in range(teeth):
        for part, radius in ((-0.3, root), (-0.2, 1.0), (0.2, 1.0), (0.3, root)):
            angle = (tooth + part) * pitch
            points.append((radius * np.cos(angle), radius * np.sin(angle)))
    return [(True, np.array(points)), (False, _ellipse(0, 0, rng.uniform(0.26, 0.4)))]


def key(rng):
    bow = rng.uniform(0.4, 0.48)
    half = rng.uniform(0.09, 0.12)
    steps = [
        (True, _ellipse(-0.95 + bow, 0, bow)),
        (False, _ellipse(-0.95 + bow, 0, bow * rng.uniform(0.45, 0.58))),
        (True, _box(-1.0 + 1.9 * bow, -half, 1.0, half)),
    ]
    bits = int(rng.integers(2, 4))
    depth = rng.uniform(0.32, 0.42)
    right = 1.0
    for _ in range(bits):
        width = rng.uniform(0.13, 0.18)
        steps.append((True, _box(right - width, 0, right, depth * rng.uniform(0.75, 1.0))))
        right -= width + rng.uniform(0.09, 0.13)
    return steps


def arrow(rng):
    half = rng.uniform(0.15, 0.22)
    head = rng.uniform(0.52, 0.66)
    neck = rng.uniform(0.0, 0.25)
    barb = neck - rng.uniform(0.0, 0.15)
    notch = rng.uniform(0.0, 0.15)
    return [(True, np.array([
        [-1, -half], [neck, -half], [barb, -head], [1, 0], [barb, head], [neck, half], [-1, half],
        [-1 + notch, 0],
    ]))]


def umbrella(rng):
    scallops = int(rng.integers(3, 5))
    rim = -0.02
    dome = _ellipse(0, rim, 1.0, rng.uniform(0.85, 0.98), np.pi, 2 * np.pi)
    steps = [(True, dome)]
    width = 2 / scallops
    for scallop in range(scallops):
        steps.append(
            (False, _ellipse(-1 + (scallop + 0.5) * width, rim + 0.02, width / 2, 0.2)))
    half = rng.uniform(0.055, 0.08)
    hook = rng.uniform(0.16, 0.22)
    steps.append((True, _box(-half, -1.08, half, 0.8)))
    path = _ellipse(hook, 0.8, hook, hook * 1.1, np.pi, 0, 24)
    steps.append((True, _stroke(path, half)))
    return steps


def fish(rng):
    deep = rng.uniform(0.42, 0.56)
    tail = rng.uniform(0.4, 0.52)
    fork = rng.uniform(0.12, 0.25)
    return [
        (True, _ellipse(0.22, 0, 0.78, deep)),
        (True, np.array([[-0.35, 0], [-1, -tail], [-1 + fork, 0], [-1, tail]])),
        (True, np.array([[-0.15, -deep * 0.75], [-0.1, -deep - 0.28], [0.5, -deep * 0.8]])),
        (False, _ellipse(0.62, -deep * 0.25, 0.1)),
    ]


def mug(rng):
    taper = rng.uniform(0.0, 0.12)
    top, bottom = rng.uniform(-0.85, -0.75), rng.uniform(0.75, 0.85)
    right = 0.4
    reach = rng.uniform(0.42, 0.52)
    tall = rng.uniform(0.42, 0.52)
    thick = rng.uniform(0.15, 0.2)
    return [
        (True, _ellipse(right, 0, reach, tall)),
        (False, _ellipse(right, 0, reach - thick, tall - thick)),
        (True, np.array([
            [-0.85, top], [right, top], [right - taper, bottom], [-0.85 + taper, bottom]])),
    ]


def tree(rng):
    steps = [(True, _box(-0.13, 0.5, 0.13, 1.0))]
    lift = rng.uniform(0.3, 0.4)
    widths = np.array([0.42, 0.58, 0.74]) * rng.uniform(0.95, 1.1)
    tops = np.array([-1.0, -1.0 + 0.42, -1.0 + 0.86])
    for width, top in zip(widths, tops):
        base = min(top + 0.42 + lift, 0.66)
        steps.append((True, np.array([[0, top], [width, base], [-width, base]])))
    return steps


def anchor(rng):
    half = rng.uniform(0.08, 0.11)
    ring = rng.uniform(0.2, 0.25)
    low = rng.uniform(0.8, 0.9)
    reach = rng.uniform(0.7, 0.8)
    bar = rng.uniform(0.38, 0.5)
    curve = _ellipse(0, 0.1, reach, low - 0.1, 0.12 * np.pi, 0.88 * np.pi, 32)
    steps = [
        (True, _ellipse(0, -1 + ring, ring)),
        (False, _ellipse(0, -1 + ring, ring * 0.5)),
        (True, _box(-half, -1 + ring * 1.6, half, low)),
        (True, _box(-bar, -0.42 - half, bar, -0.42 + half)),
        (True, _stroke(curve, half * 1.2)),
    ]
    for side in (-1, 1):
        tip = np.array([[reach - 0.2, 0.32], [reach + 0.05, -0.05], [reach + 0.2, 0.42]])
        steps.append((True, tip * (side, 1)))
    return steps


def butterfly(rng):
    upper, lower = rng.uniform(0.5, 0.58), rng.uniform(0.36, 0.44)
    lean = rng.uniform(0.5, 0.75)
    steps = []
    for side in (-1, 1):
        wing = _turned(_ellipse(0.52, 0, upper, 0.36), -lean)
        hind = _turned(_ellipse(0.42, 0, lower, 0.27), lean * 1.2) + (0, 0.12)
        antenna = _stroke(np.array([[0.02, -0.5], [0.1, -0.75], [0.24, -0.95]]), 0.035)
        steps += [(True, part * (side, 1)) for part in (wing, hind, antenna)]
    steps.append((True, _ellipse(0, 0.05, 0.09, 0.68)))
    return steps


#: What can be told apart, in the order of the network's outputs: name, its Chinese name, how it
#: is drawn, and how far it may be turned either way in degrees.
KINDS = (
    ("star", "星星", star, 180),
    ("heart", "心形", heart, 45),
    ("moon", "月亮", moon, 180),
    ("gear", "齿轮", gear, 180),
    ("key", "钥匙", key, 180),
    ("arrow", "箭头", arrow, 180),
    ("umbrella", "雨伞", umbrella, 45),
    ("fish", "鱼", fish, 45),
    ("mug", "杯子", mug, 45),
    ("tree", "树", tree, 45),
    ("anchor", "船锚", anchor, 45),
    ("butterfly", "蝴蝶", butterfly, 45),
)


def _disc(rng):
    return [(True, _ellipse(0, 0, 1, rng.uniform(0.45, 1)))]


def _triangle(rng):
    angle = np.sort(rng.uniform(0, 2 * np.pi / 3, 3) + np.arange(3) * 2 * np.pi / 3)
    return [(True, np.stack([np.cos(angle), np.sin(angle)], axis=1))]


def _quadrilateral(rng):
    angle = np.arange(4) * np.pi / 2 + rng.uniform(-0.4, 0.4, 4)
    return [(True, np.stack([np.cos(angle), np.sin(angle)], axis=1))]


def _blob(rng):
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    radius = np.ones_like(angle)
    for order in range(2, 6):
        radius += rng.normal(0, 0.3 / order) * np.cos(order * angle + rng.uniform(0, 7))
    return [(True, np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1))]


def _squiggle(rng):
    x = np.linspace(-1, 1, 50)
    y = rng.uniform(0.15, 0.4) * np.sin(x * rng.uniform(3, 9) + rng.uniform(0, 7))
    return [(True, _stroke(np.stack([x, y], axis=1), rng.uniform(0.05, 0.12)))]


def _bar(rng):
    half = rng.uniform(0.08, 0.3)
    return [(True, _box(-1, -half, 1, half))]


def _ring(rng):
    flat = rng.uniform(0.7, 1)
    hole = rng.uniform(0.45, 0.75)
    return [(True, _ellipse(0, 0, 1, flat)), (False, _ellipse(0, 0, hole, hole * flat))]


def _half_disc(rng):
    return [(True, _ellipse(0, 0, 1, rng.uniform(0.7, 1), np.pi, 2 * np.pi))]


def _cross(rng):
    half = rng.uniform(0.18, 0.32)
    return [(True, _box(-1, -half, 1, half)), (True, _box(-half, -1, half, 1))]


#: Clutter: what stands about in a scene and belongs to no kind.
CLUTTER = (
    _disc, _triangle, _quadrilateral, _blob, _blob, _squiggle, _bar, _ring, _half_disc, _cross)
