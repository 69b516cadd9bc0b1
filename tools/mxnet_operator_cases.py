#!/usr/bin/env python3
"""What MXNet's operators give on small inputs, as a JSON file that densecam's tests read.

    python tools/mxnet_operator_cases.py -o Tests/NetTests/Operators/Fixtures/operators.json

Each case is a symbol, its parameters, an input and the output of MXNet's own kernels.
"""
import argparse
import json
import os

os.environ["MXNET_MKLDNN_ENABLED"] = "0"  # MXNet's own kernels: oneDNN rounds sums in another order
os.environ["MXNET_SUBGRAPH_BACKEND"] = "NONE"

import mxnet as mx  # noqa: E402
import numpy as np  # noqa: E402

S = mx.sym


def cases():
    """Name, symbol of `data`, input shape."""
    x = S.Variable("data")

    def pool(name, **attributes):
        return name, S.Pooling(x, name="pool", **attributes)

    shape = (2, 3, 7, 6)
    pools = [
        pool("max valid", kernel=(3, 3), stride=(2, 2), pool_type="max"),
        pool("max full", kernel=(3, 3), stride=(2, 2), pool_type="max", pooling_convention="full"),
        pool("max padded", kernel=(3, 3), stride=(2, 2), pad=(1, 1), pool_type="max"),
        pool("max full padded", kernel=(3, 2), stride=(3, 2), pad=(1, 1), pool_type="max",
             pooling_convention="full"),
        pool("average", kernel=(2, 2), stride=(2, 2), pool_type="avg"),
        pool("average padded", kernel=(3, 3), stride=(1, 1), pad=(1, 1), pool_type="avg"),
        pool("average full padded", kernel=(3, 3), stride=(2, 2), pad=(1, 1), pool_type="avg",
             pooling_convention="full"),
        pool("average without padding", kernel=(3, 3), stride=(2, 2), pad=(1, 1), pool_type="avg",
             count_include_pad=False),
        pool("global average", kernel=(7, 7), stride=(3, 3), pad=(2, 2), pool_type="avg",
             global_pool=True),
        pool("global maximum", kernel=(1, 1), pool_type="max", global_pool=True),
    ]
    for name, symbol in pools:
        yield name, symbol, shape
    conv = S.Convolution
    yield "convolution", conv(x, num_filter=4, kernel=(3, 3), pad=(1, 1), name="c"), shape
    yield "convolution, strided, no bias", conv(
        x, num_filter=5, kernel=(3, 2), stride=(2, 3), pad=(1, 0), no_bias=True, name="c"), shape
    yield "convolution, dilated", conv(
        x, num_filter=2, kernel=(3, 3), dilate=(2, 2), pad=(2, 1), name="c"), shape
    yield "convolution, grouped", conv(
        x, num_filter=6, kernel=(3, 3), pad=(1, 1), num_group=3, name="c"), shape
    yield "batch norm", S.BatchNorm(x, fix_gamma=False, eps=2e-5, name="n"), shape
    yield "batch norm, fixed gamma", S.BatchNorm(x, name="n"), shape
    yield "leaky", S.LeakyReLU(x, act_type="leaky", name="a"), shape
    for act in ("relu", "sigmoid", "tanh"):
        yield act, S.Activation(x, act_type=act, name="a"), shape
    yield "fully connected", S.FullyConnected(x, num_hidden=5, name="f"), shape
    yield "softmax", S.SoftmaxOutput(S.Flatten(x), name="softmax"), (2, 3, 2, 2)
    a = S.Activation(x, act_type="relu", name="a")
    c = conv(x, num_filter=3, kernel=(1, 1), name="c")
    yield "sum", a + c, shape
    yield "sum of three", S.add_n(x, a, c, name="sum"), shape
    yield "concatenation", S.Concat(x, a, c, x, name="concat"), shape
    n = S.BatchNorm(conv(x, num_filter=4, kernel=(3, 3), pad=(1, 1), name="c"), fix_gamma=False, name="n")
    yield "convolution, batch norm, relu", S.Activation(n, act_type="relu", name="a"), shape
    n = S.Activation(S.BatchNorm(x, fix_gamma=False, name="n"), act_type="relu", name="a")
    yield "batch norm, relu, pointwise", conv(n, num_filter=4, kernel=(1, 1), name="c"), shape
    yield "hard sigmoid", S.hard_sigmoid(x, name="h"), shape
    yield "hard sigmoid between convolutions", conv(
        S.hard_sigmoid(conv(x, num_filter=5, kernel=(3, 3), pad=(1, 1), name="c"), alpha=0.3, beta=0.4),
        num_filter=4, kernel=(1, 1), name="d"), shape


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", required=True)
    path = parser.parse_args().output
    rng = np.random.RandomState(1)

    def values(shape):
        return (np.round(rng.randn(*shape) * 64) / 64).astype(np.float32)

    out = []
    for name, symbol, shape in cases():
        arguments, _, states = symbol.infer_shape(data=shape)
        args = {k: values(s) for k, s in zip(symbol.list_arguments(), arguments)}
        aux = {k: np.abs(values(s)) + np.float32(0.5) if k.endswith("var") else values(s)
               for k, s in zip(symbol.list_auxiliary_states(), states)}
        executor = symbol.bind(mx.cpu(), {k: mx.nd.array(v) for k, v in args.items()},
                               aux_states={k: mx.nd.array(v) for k, v in aux.items()})
        result = executor.forward(is_train=False)[0].asnumpy()
        data = args.pop("data")
        args.pop("softmax_label", None)
        out.append({
            "name": name, "symbol": symbol.tojson(),
            "parameters": [{"name": k, "shape": list(v.shape), "values": v.ravel().tolist()}
                           for k, v in {**args, **aux}.items()],
            "inputShape": list(data.shape), "input": data.ravel().tolist(),
            "outputShape": list(result.shape),
            "output": [float("%.8g" % v) for v in result.ravel()],
        })
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"generator": "mxnet " + mx.__version__, "cases": out}, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
