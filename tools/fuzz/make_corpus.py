"""Makes tools/fuzz/corpus anew: small files for the parsers to start from.

    python3 tools/fuzz/make_corpus.py DENSECAM

DENSECAM is the built command, which writes most of them itself. Needs numpy. Run from the
repository's root.
"""

import json
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

import numpy as np

CORPUS = pathlib.Path(__file__).parent / "corpus"

def assignment(node, problem, executed, **changes):
    """One entry of a saved plan."""
    entry = {"node": node, "problem": problem, "executed_problem": problem, "requested": executed,
             "executed": executed, "algorithm": "reassociated", "precision": "f32", "fusions": ["relu"],
             "input_layout": "planar", "output_layout": "blocked by 8"}
    return entry | changes


def plan(*assignments, **changes):
    """A saved plan of densenet-mini."""
    return json.dumps({"schema": "densecam.plan/1", "model": "densenet-mini@1", "instruction_set": "avx2",
                       "threads": 2, "assignments": assignments} | changes)


TEXTS = {
    "plan": {
        "usual": plan(
            assignment("conv0", "mb1ic3ih64oc16oh32kh7sh2ph3", "tiled", refusal="its kernel is not 3×3"),
            assignment("DBstage1_unit1_conv2", "mb1ic32ih16oc8oh16kh3ph1", "winograd")),
        "other": plan(assignment("conv0", "mb1ic3ih32oc16oh16kh7sh2ph3", "naive"), threads=1),
        "empty": plan(),
    },
    "problems": {
        "lists": "mb1ic4ih5oc2oh5kh3ph1\n# a comment\n  ic8ih7oc8kh1+bias+relu\n",
        "widths": "g2mb1ic4ih6iw9oc6kh3kw2sh2sw1dh1dw0ph1pw0+prologue\n",
        "rows": "mb1ic8iw9oc4ow9kw3pw1\n",
        "named": "g32mb1ic32ih7oc32oh7kh3ph1n\"depth:wise*1\"\n",
        "starred": "ic16ih7oc16oh7kh3ph1_mb2*3",
    },
    "policy": {
        "rules": '{"name": "ours", "rules": [{"match": "conv2$", "atol": 1e-5, "rtol": 1e-4}, '
                 '{"operation": "Convolution", "bound": true, "relative_l2": 0.5}]}',
        "limits": '{"rules": [{"bitwise": false, "nmse": 5e-4, "max_ulp": 3}]}',
        "classes": '{"rules": [{"match": "^(a|b)+?[^x-z]{2,3}\\\\d(?=c)", "bound": true}]}',
    },
    "boxes": {
        "usual": json.dumps({
            "images": [{"id": 1, "file_name": "val/7.png", "width": 64, "height": 48},
                       {"id": 2, "file_name": "7.png", "width": 10, "height": 10}],
            "annotations": [
                {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2.5, 30, 40], "iscrowd": 0},
                {"id": 2, "image_id": 2, "category_id": 2, "bbox": [-3, 0, 20, 5]},
                {"id": 3, "image_id": 2, "category_id": 2, "bbox": [], "iscrowd": 1}],
            "categories": [{"id": 1, "name": "tabby"}, {"id": 2, "name": " DOG "}]}),
        "loose": '{"images":[{"id":"1","file_name":"a\\\\b.jpg","width":-1,"height":null,'
                 '"coco_url":"http://x/b.jpg"}],"annotations":[{"image_id":"1","category_id":0,'
                 '"bbox":[0,0,1,1],"iscrowd":false,"area":1}],"categories":[{"id":0,"name":"dog"}]}',
    },
    "labels": {
        "synsets": "n02123045 tabby, tabby cat\nn02084071 dog\nn01503061 bird\n",
        "windows": "\ufefftabby\r\ndog\r\n",
        "tabs": "n02123045\ttabby\nn02084071\tdog, cat",
    },
    "names": {
        "lines": "a.png\nfolder/b c.jpg\r\n\nc.jpeg",
        "zeros": "a.png\0folder/b\n.jpg\0",
    },
    "contents": {"golden": "\0", "maps": "\1"},
    "journal": {
        "run": '{"settings":{"method":"cam"}}\n'
               '{"image":"a.png","result":{"image":"a.png","output":"b.png","top":[{"index":3,'
               '"isFlat":true,"label":"tabby","logit":1.5,"peak":[2,1],"probability":0.25,'
               '"size":[7,7]}]}}\n{"image":"b.png","result":{"image":"b.png","top":[]}}\n{"ima',
        "peak": '{"settings":{"method":"cam"}}\n'
                '{"image":"c","result":{"image":"c","top":[{"index":0,"label":"","logit":-1e-9,'
                '"peak":[0,6],"probability":1,"size":[2,7]}]}}\n',
    },
    "values": {
        "size": "--size\n224x224", "fit": "--size\nfit", "mean": "--mean\n104,117.5,-123",
        "scale": "--scale\n1e-5", "model": "--model\ndensenet169@7",
        "checkpoint": "--model\nfolder/name:12", "random": "--problems\nrandom:3@42",
        "backends": "--backend\nnaive,tiled,auto",
        "passes": "--without-pass\nfuse-relu,fold-batch-norm",
        "stored": "--\nseed 224x224 rgb scale 256 mean 0,0,0 std 1,1,1",
        "sheet": "--sheet\nfolder/map.svg", "style": "--style\npanels",
        "palette": "--palette\nviridis", "class": "--class\nn02123045", "set": "--isa\navx2",
        "command": "verify\n--problems\nic4ih4oc2kh3\n--atol\n1e-5\n--format\njunit",
        "cam": "cam\na.png\n--top\n3\n--class\n7\n--size\n64x64\n-o\nx.png",
        "layer": "stage1_unit2+conv1 $(a)'\\",
    },
}


def write_checkpoint(prefix):
    """A network of a few weights: 1x1 convolution, ReLU, global pooling, classifier, softmax."""
    arrays = {"arg:c_weight": np.linspace(-1, 1, 6).reshape(2, 3, 1, 1),
              "arg:f_weight": np.linspace(-1, 2, 6).reshape(3, 2),
              "arg:f_bias": np.array([0.5, 0, -0.5])}
    nodes = [("null", "data", {}, []), ("null", "c_weight", {}, []),
             ("Convolution", "c", {"kernel": "(1, 1)", "num_filter": "2", "no_bias": "True"}, [0, 1]),
             ("Activation", "r", {"act_type": "relu"}, [2]),
             ("Pooling", "p", {"global_pool": "True", "kernel": "(1, 1)", "pool_type": "avg"}, [3]),
             ("Flatten", "flat", {}, [4]), ("null", "f_weight", {}, []), ("null", "f_bias", {}, []),
             ("FullyConnected", "f", {"num_hidden": "3"}, [5, 6, 7]), ("softmax", "s", {}, [8])]
    symbol = {"nodes": [{"op": op, "name": name, "attrs": attrs, "inputs": [[i, 0, 0] for i in inputs]}
                        for op, name, attrs, inputs in nodes],
              "arg_nodes": [i for i, node in enumerate(nodes) if node[0] == "null"],
              "heads": [[len(nodes) - 1, 0, 0]]}
    pathlib.Path(f"{prefix}-symbol.json").write_text(json.dumps(symbol))
    data = struct.pack("<QQQ", 0x112, 0, len(arrays))
    for array in arrays.values():
        data += struct.pack("<IiI", 0xF993FAC9, 0, array.ndim)
        data += struct.pack(f"<{array.ndim}q", *array.shape)
        data += struct.pack("<iii", 1, 0, 0) + array.astype("<f4").tobytes()
    data += struct.pack("<Q", len(arrays))
    for name in arrays:
        data += struct.pack("<Q", len(name)) + name.encode()
    pathlib.Path(f"{prefix}-0000.params").write_bytes(data)


def main():
    densecam = pathlib.Path(sys.argv[1]).resolve()
    shutil.rmtree(CORPUS, ignore_errors=True)
    for target, files in TEXTS.items():
        (CORPUS / target).mkdir(parents=True)
        for name, text in files.items():
            (CORPUS / target / name).write_bytes(text.encode())
    for target in ("symbol", "params", "golden", "maps", "results"):
        (CORPUS / target).mkdir()
    with tempfile.TemporaryDirectory() as folder:
        def run(*words):
            subprocess.run([densecam, *map(str, words)], cwd=folder, check=True,
                           stdout=subprocess.DEVNULL)

        write_checkpoint(f"{folder}/tiny")
        picture = "scene.png"
        shutil.copy("model/pictures/scene.png", f"{folder}/{picture}")
        model = ["--model", "tiny:0", "--size", "2x2"]
        run("golden", "record", *model, "--image", picture, "-o", "golden.h5")
        run("cam", picture, *model, "--maps", "maps.h5")
        run("verify", "golden.h5", "--model", "tiny:0", "--backend", "naive", "--feed", "isolated",
            "--format", "json", "-o", "golden.json")
        run("verify", "--problems", "mb1ic2ih3oc2oh3kh3ph1+bias", "--backend", "naive,winograd",
            "--format", "json", "-o", "problems.json")
        report = json.loads(pathlib.Path(f"{folder}/problems.json").read_text())
        lines = [{"kind": "context", **report["context"]}]
        lines += [{"kind": "layer", **layer} for layer in report["layers"]]
        lines += [{"kind": "verdict", "verdict": report["verdict"]}]
        pathlib.Path(f"{folder}/problems.jsonl").write_text(
            "".join(json.dumps(line, sort_keys=True) + "\n" for line in lines))
        for source, target in [
            ("tiny-symbol.json", "symbol/tiny.json"), ("tiny-0000.params", "params/tiny.params"),
            ("golden.h5", "golden/golden.h5"), ("maps.h5", "maps/maps.h5"),
            ("golden.json", "results/golden.json"), ("problems.json", "results/problems.json"),
            ("problems.jsonl", "results/problems.jsonl"),
        ]:
            shutil.copy(f"{folder}/{source}", CORPUS / target)


if __name__ == "__main__":
    main()
