#!/usr/bin/env python3
"""Time MXNet's inference of a checkpoint and print one JSON object.

  mxnet_time.py squeezenet_v1.0:0 --size 227x227 --batch 1 --threads 2 --repeat 30

Times are of one forward pass, from the call until the result can be read, on noise that is fed
once. MXNet fuses nodes, as it does for anybody who sets nothing; --unfused runs them as written.
"""

import argparse
import json
import os
import statistics
import time


def size(text):
    width, height = (int(side) for side in text.split("x"))
    return width, height


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", metavar="PREFIX:EPOCH", help="an MXNet checkpoint")
    parser.add_argument("--size", type=size, default=(224, 224), metavar="WxH")
    parser.add_argument("--batch", type=int, default=1, metavar="N")
    parser.add_argument("--threads", type=int, default=1, metavar="N")
    parser.add_argument("--warmup", type=int, default=5, metavar="N", help="passes not counted")
    parser.add_argument("--repeat", type=int, default=30, metavar="N", help="passes counted")
    parser.add_argument("--unfused", action="store_true", help="run each node on its own")
    return parser.parse_args()


def executor(mx, prefix, epoch, batch, width, height):
    """The network bound to one input shape, and that input's name."""
    symbol, weights, statistic = mx.model.load_checkpoint(prefix, epoch)
    free = [name for name in symbol.list_arguments() if name not in weights]
    data = next(name for name in free if not name.endswith("label"))
    shapes = {name: (batch,) for name in free if name != data}
    bound = symbol.simple_bind(
        mx.cpu(), grad_req="null", **shapes, **{data: (batch, 3, height, width)})
    bound.copy_params_from(weights, statistic, allow_extra_params=True)
    return bound, data


def main():
    options = arguments()
    # MXNet reads these when it is imported.
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    os.environ.pop("MXNET_SUBGRAPH_BACKEND", None)
    if options.unfused:
        os.environ["MXNET_SUBGRAPH_BACKEND"] = "NONE"
    import mxnet as mx

    prefix, _, epoch = options.model.rpartition(":")
    bound, data = executor(mx, prefix, int(epoch), options.batch, *options.size)
    mx.random.seed(1)
    bound.arg_dict[data][:] = mx.nd.random.uniform(0, 255, bound.arg_dict[data].shape)

    milliseconds = []
    for _ in range(options.warmup + options.repeat):
        start = time.perf_counter()
        bound.forward(is_train=False)
        bound.outputs[0].wait_to_read()
        milliseconds.append((time.perf_counter() - start) * 1e3)
    counted = milliseconds[options.warmup:]
    print(json.dumps({
        "framework": "mxnet", "version": mx.__version__, "model": os.path.basename(prefix),
        "size": "{}x{}".format(*options.size), "batch": options.batch,
        "threads": options.threads, "fused": not options.unfused, "repeat": options.repeat,
        "min_ms": round(min(counted), 4), "median_ms": round(statistics.median(counted), 4),
    }))


if __name__ == "__main__":
    main()
