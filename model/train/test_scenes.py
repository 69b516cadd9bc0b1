"""Draws the committed test scenes and their boxes.

    python test_scenes.py ../scenes/test

The split "committed" shares no random stream with training or with the held-out scenes. All scenes
from 0 on are taken as they come; none was chosen. Every tenth is 320x256, every tenth 224x320. Boxes
are in the annotation form of COCO: left, top, width and height of what is seen of an object.
"""

import argparse
import json
from pathlib import Path

from PIL import Image

import scenes

#: How many scenes of one, of two and of three objects, in this order.
COUNTS = ((1, 108), (2, 28), (3, 12))
QUALITY = 90


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    images, annotations = [], []
    counts = [count for count, times in COUNTS for _ in range(times)]
    for index, count in enumerate(counts):
        width, height = {8: (320, 256), 9: (224, 320)}.get(index % 10, (scenes.SIDE, scenes.SIDE))
        picture, placed = scenes.scene("committed", index, count, width, height)
        name = f"{index:03d}.jpg"
        Image.fromarray(picture).save(folder / name, quality=QUALITY)
        images.append({"id": index, "file_name": name, "width": width, "height": height})
        for thing in placed:
            annotations.append({
                "id": len(annotations), "image_id": index, "category_id": thing.kind,
                "bbox": list(thing.box()), "area": int(thing.visible.sum()), "iscrowd": 0})
    categories = [{"id": i, "name": kind[0]} for i, kind in enumerate(scenes.shapes.KINDS)]
    info = {
        "description": "Test scenes of densecam's bundled network, drawn by model/train",
        "version": "1", "seed": scenes.SEED}
    lists = {"images": images, "annotations": annotations, "categories": categories}
    lines = [f'"info": {json.dumps(info)}']
    for key, rows in lists.items():
        body = ",\n".join(f"  {json.dumps(row)}" for row in rows)
        lines.append(f'"{key}": [\n{body}\n]')
    (folder / "boxes.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
