"""One model trained by several processes: data parallel, gradients averaged over gloo.

    torchrun --standalone --nproc-per-node 2 examples/ddp.py [--check]

Every process computes its share of each batch; after backward() all hold the mean of the gradients, and so all take the
same step. --check trains once more in one process on whole batches and compares the parameters to 1e-12. Where the
machine's own name is not known to its network, set GLOO_SOCKET_IFNAME=lo.
"""
import argparse
import sys

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

import ebit.torch

STEPS, BATCH, LENGTH = 50, 16, 10


class Forecaster(torch.nn.Module):
    """The quantum cell and a linear head on its last readout: the next value of a series."""

    def __init__(self):
        super().__init__()
        self.rnn = ebit.torch.RegisterRNN(1, batch_first=True, dtype=torch.float64)
        features = self.rnn(torch.zeros(1, 1, 1, dtype=torch.float64))[0].shape[-1]
        self.head = torch.nn.Linear(features, 1, dtype=torch.float64)

    def forward(self, x):
        """Answers [B, 1] for series [B, T, 1]."""
        return self.head(self.rnn(x)[0][:, -1])


def windows():
    """All windows of a sine, [N, T, 1], and what follows each, [N, 1]."""
    s = 0.4 * torch.sin(torch.arange(BATCH * 5 + LENGTH, dtype=torch.float64) / 4)
    w = s.unfold(0, LENGTH + 1, 1)
    return w[:, :LENGTH, None], w[:, LENGTH:]


def train(model, rank, processes):
    """Adam on the batches, of each of which this process sees every `processes`-th window; its last loss.

    The shares are equal in size, so that the mean of the processes' gradients is the gradient of the whole batch.
    """
    x, y = windows()
    optimizer = torch.optim.Adam(model.parameters(), 0.05)
    for step in range(STEPS):
        batch = torch.arange(step * BATCH, (step + 1) * BATCH) % len(x)
        share = batch[rank::processes]
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(model(x[share]), y[share])
        loss.backward()
        optimizer.step()
    return loss.item()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with one process; status 1 where they differ")
    given = parser.parse_args()
    dist.init_process_group("gloo")
    rank, processes = dist.get_rank(), dist.get_world_size()
    if BATCH % processes:
        raise SystemExit(f"a batch of {BATCH} cannot be shared evenly by {processes} processes")
    torch.manual_seed(0)
    model = Forecaster()
    loss = train(DistributedDataParallel(model), rank, processes)
    status = 0
    if rank == 0:
        print(f"{processes} processes, {STEPS} steps, last loss {loss:.3g}")
        if given.check:
            torch.manual_seed(0)
            alone = Forecaster()
            train(alone, 0, 1)
            with torch.no_grad():
                difference = max((a - b).abs().max().item() for a, b in zip(model.parameters(), alone.parameters()))
            print(f"largest difference to one process: {difference:.1e}")
            status = int(not difference < 1e-12)
    dist.barrier()
    dist.destroy_process_group()
    return status


if __name__ == "__main__":
    sys.exit(main())
