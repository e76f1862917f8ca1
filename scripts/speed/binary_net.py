"""The small binary net of lib/experiments/benchBinaryNet.ts in PyTorch: the other side of scripts/speed/compare.mjs.

usage: binary_net.py <batch> <steps> <threads>   prints one line of JSON; the first two steps do not count
"""
import math, sys, time
import torch, torch.nn as nn, torch.nn.functional as F
from peer import ClippedSign, report

batch, steps, threads = (int(v) for v in sys.argv[1:4])
torch.set_num_threads(threads)
torch.manual_seed(0)
C, BLOCKS = 48, 6

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Parameter(torch.randn(C, 3, 3, 3) * math.sqrt(2 / 27))
        self.kernels = nn.ParameterList(nn.Parameter(torch.randn(C, C, 3, 3) * math.sqrt(2 / (9 * C))) for _ in range(BLOCKS))
        self.norms = nn.ModuleList(nn.BatchNorm2d(C, eps=1e-5) for _ in range(BLOCKS))
        self.dense = nn.Linear(C, 10)
    def forward(self, x):
        x = F.conv2d(x, self.stem, padding=1)
        for norm, kernel in zip(self.norms, self.kernels):
            y = F.conv2d(ClippedSign.apply(norm(x)), ClippedSign.apply(kernel), padding=1)
            x = F.relu(y / math.sqrt(9 * C)) + x
        return self.dense(x.mean((2, 3)))

net = Net()
images, labels = torch.randn(batch, 3, 32, 32), torch.randint(10, (batch,))
optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
speeds, losses = [], []
for step in range(steps + 2):
    started = time.perf_counter()
    optimizer.zero_grad(set_to_none=True)
    loss = F.cross_entropy(net(images), labels)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if step >= 2:
        speeds.append(batch / (time.perf_counter() - started))
report(speeds, net, losses)
