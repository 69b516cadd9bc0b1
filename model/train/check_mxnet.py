"""Loads the shipped files with MXNet itself and compares logits with PyTorch's.

    python evaluate.py logits ../scenes logits.npz          # in the environment of requirements.txt
    python check_mxnet.py ../scenes/scenes logits.npz       # in one with MXNet 1.9.1
"""

import sys

import mxnet as mx
import numpy as np


def main(prefix, reference):
    stored = np.load(reference)
    symbol, arguments, statistics = mx.model.load_checkpoint(prefix, 0)
    inner = symbol.get_internals()["fc1_output"]
    inputs = stored["inputs"]
    bound = inner.simple_bind(mx.cpu(), grad_req="null", data=inputs.shape)
    bound.copy_params_from(arguments, statistics)
    logits = bound.forward(is_train=False, data=mx.nd.array(inputs))[0].asnumpy()
    worst = np.abs(logits - stored["logits"]).max() / np.abs(stored["logits"]).max()
    print(f"MXNet {mx.__version__}: {len(inputs)} scenes, largest relative difference {worst:.2e}")
    sys.exit(worst > 1e-4)


if __name__ == "__main__":
    main(*sys.argv[1:])
