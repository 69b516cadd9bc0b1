"""Trains the network on rendered scenes, and can be stopped and started again at any time.

    python train.py POOL WORK --plan 128:300000,224:90000

POOL holds what ``render.py`` wrote for the splits train and plain; WORK gets ``last.pt``. A plan
is read from left to right: so many pictures at crops of such a side. The network has no fully
connected layer before its pooling, so small crops (less ground around objects of the same size) teach
it the shapes at half the price; the scenes in full teach it to pool over them.

A scene's target is shared evenly by what is in it (1/n each), under softmax cross entropy, so that
two objects take the first two places. A crop holds at least one object entirely; what it
shows of another counts in proportion.

At first the label of a cluttered scene teaches almost nothing, as most of what is pooled is clutter.
So plain scenes (``--side 128``) come first and are mixed out, and a second loss, which fades out and is gone for the last part of the plan, says of each of the last maps'
cells which kind it lies on: the object whose box holds the cell's middle, or, outside, none (no kind
more likely than another). It uses the boxes of the training scenes.
"""

import argparse
import itertools
import math
import multiprocessing
import time
from pathlib import Path

import numpy as np
import torch
from torch import distributed
from torch.nn import functional as F

import scenes
from network import Architecture, SceneNet, scaled
from render import CHUNK

#: What one process reads at a time.
SHARE = 12
#: So many steps of their own the processes take between two averagings of their weights.
TOGETHER = 4
PEAK_RATE = 2e-3
WEIGHT_DECAY = 0.05
WARM_UP = 0.04
AVERAGING = 0.98
#: Over this many pictures, at the beginning, plain scenes give way to the cluttered ones.
PLAIN = 21_000
#: The part of the plan in which the second loss fades out.
AIDED = 0.85
#: The pixels, either way, from one of the last maps' cells to the next.
CELL = 32
CLASSES = len(scenes.shapes.KINDS)


def load(folder, split, limit=None):
    """The rendered chunks of a split, all or as many as ``limit`` scenes need: pictures, objects."""
    paths = sorted(Path(folder).glob(f"{split}-*.npz"))
    if limit is not None:
        paths = paths[: -(-limit // CHUNK)]
    if not paths:
        raise SystemExit(f"no chunks of {split} in {folder}: run render.py first")
    parts = [np.load(path) for path in paths]
    return (
        np.concatenate([part["pictures"] for part in parts]),
        np.concatenate([part["objects"] for part in parts]))


def _crop_start(rng, low, high, side, crop):
    """Where a crop may begin so that it holds ``low``...``high`` entirely."""
    first, last = max(0, high - crop), min(low, side - crop)
    return int(rng.integers(first, last + 1)) if first <= last else int(
        np.clip((low + high - crop) // 2, 0, side - crop))


def batch(rng, pictures, objects, chosen, crop):
    """Crops of the chosen scenes, changed in ways that keep every shape, and their targets: for the
    whole crop the kinds' shares, for each cell a kind or -1."""
    side = pictures.shape[1]
    out = np.empty((len(chosen), crop, crop, 3), np.uint8)
    targets = np.zeros((len(chosen), CLASSES), np.float32)
    cells = np.full((len(chosen), crop // CELL, crop // CELL), -1)
    middles = (np.arange(crop // CELL) + 0.5) * CELL
    for i, scene in enumerate(chosen):
        present = objects[scene][objects[scene, :, 0] >= 0].astype(int)
        _, x, y, w, h = present[rng.integers(len(present))]
        left = _crop_start(rng, x, x + w, side, crop)
        top = _crop_start(rng, y, y + h, side, crop)
        for kind, x, y, w, h in present:
            seen_x = max(0, min(x + w, left + crop) - max(x, left))
            seen_y = max(0, min(y + h, top + crop) - max(y, top))
            seen = seen_x * seen_y / (w * h)
            targets[i, kind] = seen if seen > 0.3 else 0
            rows = (middles >= y - top) & (middles < y + h - top)
            columns = (middles >= x - left) & (middles < x + w - left)
            cells[i, rows[:, None] & columns] = kind
        picture = pictures[scene, top : top + crop, left : left + crop]
        if rng.random() < 0.5:
            picture = picture[:, ::-1]
            cells[i] = cells[i, :, ::-1].copy()
        out[i] = picture[:, :, rng.permutation(3)]
    targets /= targets.sum(axis=1, keepdims=True)
    gain = rng.uniform(0.75, 1.25, (len(chosen), 1, 1, 1)).astype(np.float32)
    shift = rng.uniform(-20, 20, (len(chosen), 1, 1, 1)).astype(np.float32)
    x = torch.from_numpy(out).permute(0, 3, 1, 2).float()
    x = (x * torch.from_numpy(gain) + torch.from_numpy(shift)).clamp_(0, 255)
    x = scaled(x).contiguous(memory_format=torch.channels_last)
    return x, torch.from_numpy(targets), torch.from_numpy(cells)


def cell_loss(local, cells):
    """How well the cells' own logits name what they lie on, and name nothing where there is nothing."""
    each = F.log_softmax(local, 1)
    named = F.nll_loss(each, cells, ignore_index=-1)
    return named - 0.5 * each.mean(1)[cells < 0].mean()


@torch.no_grad()
def predict(network, pictures, size=50):
    """Logits of uint8 pictures N x H x W x 3."""
    network.eval()
    out = []
    for start in range(0, len(pictures), size):
        x = torch.from_numpy(pictures[start : start + size]).permute(0, 3, 1, 2)
        out.append(network(scaled(x).contiguous(memory_format=torch.channels_last)))
    return torch.cat(out).numpy()


def scores(logits, objects):
    """Top-1 accuracy on scenes of one object; how often the best two (three) are the two (three)."""
    kinds = objects[:, :, 0]
    count = (kinds >= 0).sum(axis=1)
    order = np.argsort(-logits, axis=1)
    right = np.array([
        set(order[i, : count[i]]) == set(kinds[i, : count[i]]) for i in range(len(kinds))])
    first = np.array([order[i, 0] in kinds[i, : count[i]] for i in range(len(kinds))])
    result = {}
    for n in np.unique(count):
        result[int(n)] = {
            "scenes": int((count == n).sum()), "all": float(right[count == n].mean()),
            "first": float(first[count == n].mean())}
    return result


@torch.no_grad()
def settle(network, pictures):
    """Takes the batch norms' means and variances anew, of the given pictures, for averaged weights."""
    norms = [m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # A plain average over all batches.
    network.train()
    for start in range(0, len(pictures), 50):
        x = torch.from_numpy(pictures[start : start + 50]).permute(0, 3, 1, 2)
        network(scaled(x).contiguous(memory_format=torch.channels_last))
    for norm in norms:
        norm.momentum = 0.1
    network.eval()


def rate(progress):
    """The learning rate: up in a line, down along a cosine."""
    if progress < WARM_UP:
        return PEAK_RATE * progress / WARM_UP
    return PEAK_RATE * 0.5 * (1 + math.cos(math.pi * (progress - WARM_UP) / (1 - WARM_UP)))


def _train(rank, options, pictures, objects, plain, plain_objects):
    """One of the processes that train together: each takes steps of its own on pictures of its own,
    and every few steps all go on from the mean of their weights."""
    torch.set_num_threads(1)
    distributed.init_process_group(
        "gloo", init_method=f"file://{options.work}/meeting", rank=rank,
        world_size=options.processes)
    torch.manual_seed(scenes.SEED)
    plan = [tuple(map(int, part.split(":"))) for part in options.plan.split(",")]
    total = sum(count for _, count in plan)
    ends = list(itertools.accumulate(count for _, count in plan))
    seen = SHARE * options.processes  # By all, in one step.

    network = SceneNet(Architecture(classes=CLASSES)).to(memory_format=torch.channels_last)
    average = SceneNet(Architecture(classes=CLASSES)).to(memory_format=torch.channels_last)
    average.load_state_dict(network.state_dict())
    weights = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in weights if p.ndim > 1], "weight_decay": WEIGHT_DECAY},
            {"params": [p for p in weights if p.ndim <= 1], "weight_decay": 0.0},
        ],
        lr=PEAK_RATE)
    step, seconds = 0, 0.0
    last = Path(options.work) / "last.pt"
    if options.start and not last.exists():
        network.load_state_dict(torch.load(options.start, weights_only=True)["average"])
        average.load_state_dict(network.state_dict())
    if last.exists():
        state = torch.load(last, weights_only=True)
        network.load_state_dict(state["network"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step, seconds = state["step"], state["seconds"]
    forward = torch.compile(network.maps, dynamic=False) if options.compile else network.maps

    def save():
        if rank == 0:
            partial = last.with_suffix(".part")
            torch.save({
                "network": network.state_dict(), "average": average.state_dict(),
                "optimizer": optimizer.state_dict(), "step": step, "seconds": seconds,
                "plan": options.plan, "scenes": len(pictures)}, partial)
            partial.rename(last)

    def gradients(crop, step):
        """Forward and backward over this process's share; the loss."""
        rng = np.random.default_rng([scenes.SEED, 77, step, rank])
        progress = step * seen / total
        if not options.start and rng.random() < 1.5 * (1 - step * seen / PLAIN):
            chosen = rng.choice(len(plain), SHARE, replace=False)
            x, y, cells = batch(rng, plain, plain_objects, chosen, crop)
        else:
            # One pass after the other over all scenes, each in an order of its own.
            steps = len(pictures) // seen
            order = np.random.default_rng([scenes.SEED, 78, step // steps])
            order = order.permutation(len(pictures))
            at = step % steps * seen + rank * SHARE
            x, y, cells = batch(rng, pictures, objects, order[at : at + SHARE], crop)
        network.train()
        optimizer.zero_grad()
        # The mean of the cells' logits is the logit of the mean: what the network computes.
        fc1 = network.fc1
        local = F.conv2d(forward(x), fc1.weight[:, :, None, None], fc1.bias)
        loss = F.cross_entropy(local.mean((2, 3)), y)
        aid = min(1.0, 2 - 2 * progress / AIDED) if progress < AIDED else 0.0
        (loss + aid * cell_loss(local, cells) if aid else loss).backward()
        return loss.item()

    if rank == 0:
        print(f"{len(pictures)} scenes, {sum(p.numel() for p in weights)} weights, plan {plan}",
              flush=True)
    losses, crop_before = [], None
    saved = began = time.monotonic()
    while step * seen < total:
        crop = next(crop for (crop, _), end in zip(plan, ends) if step * seen < end)
        if options.compile and crop != crop_before and rank > 0:
            distributed.barrier()  # The first process compiles; the others find it compiled.
        losses.append(gradients(crop, step))
        if options.compile and crop != crop_before and rank == 0:
            distributed.barrier()
        crop_before = crop
        for group in optimizer.param_groups:
            group["lr"] = rate(step * seen / total)
        optimizer.step()
        step += 1
        if step % TOGETHER == 0:
            with torch.no_grad():
                flat = torch.cat([p.reshape(-1) for p in weights])
                distributed.all_reduce(flat)
                flat /= options.processes
                for p, mean in zip(weights, flat.split([p.numel() for p in weights])):
                    p.copy_(mean.view_as(p))
                # An average that is short at first, so that it forgets the untrained weights.
                rounds = step // TOGETHER
                keep = min(AVERAGING, (1 + rounds) / (10 + rounds))
                for mean, now in zip(average.parameters(), network.parameters()):
                    mean.lerp_(now, 1 - keep)
        now = time.monotonic()
        seconds += now - began
        began = now
        if step % 40 == 0:
            if rank == 0:
                print(
                    f"{step * seen} pictures, crop {crop}, loss {np.mean(losses):.4f}, "
                    f"{seconds / 60:.1f} min", flush=True)
            losses = []
        if now - saved > options.minutes * 60 and step % TOGETHER == 0:
            save()
            saved = now
    save()
    distributed.barrier()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pool")
    parser.add_argument("work", type=lambda path: Path(path).resolve())
    parser.add_argument("--plan", default="128:300000,224:90000")
    parser.add_argument("--compile", action="store_true", help="through torch.compile: faster")
    parser.add_argument("--minutes", type=float, default=2, help="between checkpoints")
    parser.add_argument("--start", type=Path, help="checkpoint whose weights are the first")
    parser.add_argument("--processes", type=int, default=4, help="that share a batch")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    (options.work / "meeting").unlink(missing_ok=True)
    # Forked, so that all processes share one copy of the scenes.
    pictures, objects = load(options.pool, "train")
    plain, plain_objects = load(options.pool, "plain")
    context = multiprocessing.get_context("fork")
    workers = [
        context.Process(
            target=_train, args=(rank, options, pictures, objects, plain, plain_objects))
        for rank in range(options.processes)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    raise SystemExit(any(worker.exitcode for worker in workers))


if __name__ == "__main__":
    main()
