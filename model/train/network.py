"""The network: the seed's DenseNet-BC, narrow, under the names of the MXNet symbol.

Modules are called as the symbol calls its nodes, so that export is a walk over ``state_dict``.
Kernel sizes, strides, paddings and the batch norms' eps of 2e-5 are those of the symbol; the input
is RGB at ``v / 255 * 256`` (so 0...256), from which ``bn_data``, whose scale is held at 1, takes the mean.
"""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

EPSILON = 2e-5


@dataclass(frozen=True)
class Architecture:
    """How wide and deep: the four numbers that shape a DenseNet-BC."""

    initial: int = 24
    growth: int = 12
    blocks: tuple[int, ...] = (2, 4, 12, 10)
    classes: int = 12
    #: Bottlenecks have this many times ``growth`` channels.
    bottleneck: int = 4


class SceneNet(nn.Module):
    """A DenseNet-BC whose children are named as the nodes of the symbol."""

    def __init__(self, architecture=Architecture()):
        super().__init__()
        self.architecture = architecture
        a = architecture
        self._norm("bn_data", 3)
        # The scale is held at 1, as the symbol says (fix_gamma), and the shift at 0: bn0 has one.
        self.bn_data.requires_grad_(False)
        self._conv("conv0", 3, a.initial, 7, 2)
        self._norm("bn0", a.initial)
        channels = a.initial
        for stage, units in enumerate(a.blocks, 1):
            for unit in range(1, units + 1):
                name = f"DBstage{stage}_unit{unit}"
                inner = a.bottleneck * a.growth
                self._norm(f"{name}_bn1", channels)
                self._conv(f"{name}_conv1", channels, inner, 1)
                self._norm(f"{name}_bn2", inner)
                self._conv(f"{name}_conv2", inner, a.growth, 3)
                channels += a.growth
            if stage < len(a.blocks):
                self._norm(f"TBstage{stage}_bn1", channels)
                self._conv(f"TBstage{stage}_conv1", channels, channels // 2, 1)
                channels //= 2
        self._norm("bn1", channels)
        self.fc1 = nn.Linear(channels, a.classes)

    def _norm(self, name, channels):
        self.add_module(name, nn.BatchNorm2d(channels, eps=EPSILON))

    def _conv(self, name, source, target, kernel, stride=1):
        conv = nn.Conv2d(source, target, kernel, stride, kernel // 2, bias=False)
        nn.init.kaiming_normal_(conv.weight, mode="fan_in")
        self.add_module(name, conv)

    def _step(self, name, x, suffix=""):
        """Norm, ReLU, convolution: the order of every layer but the first."""
        x = F.relu(getattr(self, f"{name}_bn{suffix}")(x))
        return getattr(self, f"{name}_conv{suffix}")(x)

    def maps(self, x):
        """``relu1``: the last maps, of which the class activation map is a weighted sum."""
        x = self.conv0(self.bn_data(x))
        x = F.max_pool2d(F.relu(self.bn0(x)), 3, 2, 1)
        blocks = self.architecture.blocks
        for stage, units in enumerate(blocks, 1):
            for unit in range(1, units + 1):
                name = f"DBstage{stage}_unit{unit}"
                new = self._step(name, self._step(name, x, "1"), "2")
                x = torch.cat([x, new], 1)
            if stage < len(blocks):
                x = F.avg_pool2d(self._step(f"TBstage{stage}", x, "1"), 2, 2)
        return F.relu(self.bn1(x))

    def forward(self, x):
        """The logits, ``fc1``."""
        return self.fc1(self.maps(x).mean((2, 3)))


def scaled(pictures):
    """uint8 pictures as the network reads them: float32 at ``v / 255 * 256``."""
    return pictures.float() * (256 / 255)
