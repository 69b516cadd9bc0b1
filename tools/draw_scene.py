#!/usr/bin/env python3
"""Draw the demo's picture: fruit and a mug on a wooden table.

  draw_scene.py model/pictures        writes scene.png and scene.jpg, 320x256

Everything is computed here from a pinned seed, so that the picture is free of anybody's rights and
can be drawn again. It is drawn at four times its size and averaged down.
"""

import os
import sys

import numpy as np
from PIL import Image

WIDTH, HEIGHT, FINE = 320, 256, 4
LIGHT = np.array([-0.45, -0.65, 0.61])
X, Y = np.meshgrid(
    (np.arange(WIDTH * FINE) + 0.5) / FINE, (np.arange(HEIGHT * FINE) + 0.5) / FINE)
RANDOM = np.random.RandomState(20)


def noise(columns, rows):
    """Smooth noise in [-1, 1] over the whole picture, of that many bumps each way."""
    grid = Image.fromarray(RANDOM.uniform(-1, 1, (rows, columns)).astype(np.float32))
    return np.asarray(grid.resize((WIDTH * FINE, HEIGHT * FINE), Image.BICUBIC))


def colour(*rgb):
    return np.array(rgb, np.float64) / 255


def paint(canvas, mask, colours):
    """Lays colours over the canvas where the mask is 1."""
    return canvas + (colours - canvas) * mask[..., None]


def background():
    """A plain wall with a soft light, and a table of boards that run away from us."""
    wall = colour(196, 205, 196) * (1.05 - 0.0022 * np.hypot(X - 90, Y - 40))[..., None]
    wall = wall * (1 + 0.015 * noise(14, 11))[..., None]
    depth = np.clip((Y - 118) / 138, 0.02, 1)
    across = (X - 160) / (0.45 + 0.55 * depth)
    board = np.floor(across / 58)
    shade = 0.06 * np.sin(board * 12.9)
    grain = np.sin(across * 0.9 + 5 * noise(20, 5) + board * 7) * 0.035 + 0.05 * noise(60, 6)
    gap = np.abs((across / 58 + 0.5) % 1 - 0.5) < 0.012
    table = colour(170, 116, 70) * (0.82 + 0.28 * depth + shade + grain - 0.25 * gap)[..., None]
    return paint(wall, (Y > 118).astype(float), table)


def shadow(canvas, x, y, width, height):
    """A soft ellipse of shade that falls to the lower right."""
    distance = np.hypot((X - x) / width, (Y - y) / height)
    return canvas * (1 - 0.55 * np.clip(1.25 - distance, 0, 1) ** 1.2)[..., None]


def lit(normal, base, gloss):
    """Colours of a surface under one lamp, with a highlight and a little light from below."""
    diffuse = np.clip((normal * LIGHT).sum(-1), 0, 1)
    bounce = np.clip(normal[..., 1], 0, 1) * 0.12
    half = LIGHT + np.array([0, 0, 1])
    spot = np.clip((normal * (half / np.linalg.norm(half))).sum(-1), 0, 1) ** 40
    return base * (0.3 + 0.78 * diffuse + bounce)[..., None] + gloss * spot[..., None]


def ball(canvas, x, y, radius, base, *, stretch=1.0, bumps=0.0, gloss=0.4):
    """A sphere, or an ellipsoid that is `stretch` times as wide as high."""
    u, v = (X - x) / (radius * stretch), (Y - y) / radius
    inside = u**2 + v**2 < 1
    depth = np.sqrt(np.clip(1 - u**2 - v**2, 0, 1))
    normal = np.stack([u, v, depth], -1)
    if bumps:
        normal = normal + bumps * np.stack([noise(110, 90), noise(110, 90), 0 * X], -1)
        normal = normal / np.linalg.norm(normal, axis=-1, keepdims=True)
    return paint(canvas, inside.astype(float), lit(normal, base, gloss))


def stem(canvas, x, y, length):
    bend = x + 0.02 * (Y - y) ** 2
    inside = (np.abs(X - bend) < 1.4) & (Y < y) & (Y > y - length)
    return paint(canvas, inside.astype(float), colour(84, 58, 36))


def mug(canvas, x, top, bottom, radius, base):
    """A cylinder seen from a little above, with a handle, a band and coffee in it."""
    flat = radius * 0.28
    ring = np.hypot((X - x - radius) / 20, (Y - (top + bottom) / 2) / 24)
    shine = lit(np.stack([0 * X, np.sin((Y - top) / 12), 0.8 + 0 * X], -1), base, 0.0)
    canvas = paint(canvas, ((ring < 1) & (ring > 0.66)).astype(float), shine)
    u = np.clip((X - x) / radius, -1, 1)
    bow = flat * np.sqrt(1 - u**2)
    inside = (np.abs(X - x) < radius) & (Y > top) & (Y < bottom + bow)
    normal = np.stack([u, 0 * u - 0.1, np.sqrt(1 - u**2)], -1)
    band = np.abs(Y - bow - (top + bottom) / 2) < 7
    skin = np.where(band[..., None], colour(240, 232, 214), base)
    canvas = paint(canvas, inside.astype(float), lit(normal, skin, 0.25))
    rim = np.hypot((X - x) / radius, (Y - top) / flat)
    canvas = paint(canvas, (rim < 1).astype(float), base * 1.25 + 0 * X[..., None])
    return paint(canvas, (rim < 0.88).astype(float), colour(58, 34, 22) + 0 * X[..., None])


def scene():
    canvas = background()
    canvas = shadow(canvas, 252, 178, 66, 18)
    canvas = mug(canvas, 226, 84, 164, 38, colour(52, 104, 160))
    canvas = shadow(canvas, 104, 189, 62, 18)
    canvas = ball(canvas, 86, 150, 42, colour(120, 172, 52), gloss=0.5)
    canvas = ball(canvas, 87, 116, 4, colour(92, 132, 40), stretch=3.2, gloss=0.0)
    canvas = stem(canvas, 87, 117, 17)
    canvas = shadow(canvas, 176, 222, 58, 18)
    canvas = ball(canvas, 156, 188, 38, colour(240, 134, 24), bumps=0.10, gloss=0.3)
    canvas = shadow(canvas, 276, 232, 48, 12)
    canvas = ball(canvas, 263, 214, 22, colour(240, 208, 52), stretch=1.45, bumps=0.07, gloss=0.35)
    canvas = shadow(canvas, 52, 236, 28, 9)
    canvas = ball(canvas, 44, 224, 16, colour(196, 30, 44), gloss=0.6)
    canvas = stem(canvas, 44, 211, 22)
    return canvas


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "."
    pixels = np.clip(scene(), 0, 1).reshape(HEIGHT, FINE, WIDTH, FINE, 3).mean((1, 3))
    image = Image.fromarray(np.round(255 * pixels).astype(np.uint8))
    image.save(os.path.join(folder, "scene.png"), optimize=True)
    image.save(os.path.join(folder, "scene.jpg"), quality=90)


if __name__ == "__main__":
    main()
