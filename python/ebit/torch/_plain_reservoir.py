"""The echo state network in operations of torch, from its definition alone: what `plain` runs of one."""
import torch
import torch.nn.functional as F


class Reservoir:
    """The steps of one call; h is the state of the neurons."""

    def __init__(self, parts, weights, like, training):
        self.parts, self.weights, self.like = parts, weights, like

    def start(self):
        """[1, S]."""
        return self.like.new_zeros(1, self.parts["state_numbers"])

    def step(self, t, x, h):
        """(readouts [B, K], the next h, None)."""
        w, leak = self.weights, self.parts["leak"]
        new = torch.tanh(F.linear(x, w["input.weight"], w["input.bias"]) + F.linear(h, w["recurrent.weight"]))
        h = (1 - leak) * h + leak * new
        return torch.cat([h, x], 1) if self.parts["read_input"] else h, h, None
