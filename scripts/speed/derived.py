"""A derived network of 2.65 M BOPs (`bars-6M-s0` of the frontier) in PyTorch: the peer of `bars bench --net derived`.

usage: derived.py <batch> <steps> <threads> [start.safetensors]
Stem of 12 channels, three nodes a cell, a reduction without edges twice, then one cell of three skip connections and a binary
3x3. Binary 1x1 before each cell, average pooling around reductions. Prints one line of JSON; the first four steps do not count.
"""
import sys, time
import torch, torch.nn as nn, torch.nn.functional as F
from peer import BinaryKernel, ClippedSign, batch_of, latent, read, report

batch, steps, threads = (int(v) for v in sys.argv[1:4])
torch.set_num_threads(threads)
torch.manual_seed(0)
NODES = 3
# (number of the cell, channels of its nodes, stride, edges: to, from, candidate)
CELLS = [
    (2, 24, 2, []),
    (5, 48, 2, []),
    (6, 48, 1, [(1, 0, "skip"), (2, 0, "skip"), (2, 1, "skip"), (3, 2, "conv")]),
]


class Block(nn.Module):
    """Batch norm, sign, binary convolution, the identity where asked, ReLU."""

    def __init__(self, inside, outside, size, identity):
        super().__init__()
        self.norm = nn.BatchNorm2d(inside)
        self.latent = latent(inside, outside, size)
        self.pad, self.identity = size // 2, identity

    def forward(self, x):
        bits = F.pad(ClippedSign.apply(self.norm(x)), (self.pad,) * 4, value=1.0)
        y = F.conv2d(bits, BinaryKernel.apply(self.latent))
        return F.relu(y + x if self.identity else y)


class Cell(nn.Module):
    def __init__(self, channels, stride, edges):
        super().__init__()
        inside = channels // stride
        self.channels, self.stride, self.edges = channels, stride, edges
        self.process = Block(NODES * inside, inside, 1, False)
        self.convs = nn.ModuleList(Block(channels, channels, 3, True) for *_, kind in edges if kind == "conv")

    def forward(self, x):
        nodes, convs = [self.process(x)], iter(self.convs)
        size = x.shape[2] // self.stride
        for to in range(1, NODES + 1):
            entering = [nodes[source] if kind == "skip" else next(convs)(nodes[source])
                        for end, source, kind in self.edges if end == to]
            nodes.append(sum(entering) if entering else x.new_zeros(len(x), self.channels, size, size))
        around = x if self.stride == 1 else F.avg_pool2d(x, 2).repeat_interleave(2, 1)
        return torch.cat(nodes[1:], 1) + around


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 12, 3, padding=1, bias=False), nn.BatchNorm2d(12))
        self.wide = nn.Sequential(nn.Conv2d(12, 36, 1, bias=False), nn.BatchNorm2d(36))
        self.cells = nn.ModuleList(Cell(channels, stride, edges) for _, channels, stride, edges in CELLS)
        self.head = nn.Linear(144, 10)

    def forward(self, x):
        x = self.wide(F.relu(self.stem(x)))
        for cell in self.cells:
            x = cell(x)
        return self.head(x.mean((2, 3)))


def start_from(net, start):
    kernel = lambda name: start[name].permute(3, 2, 0, 1)

    def norm(module, name):
        module.weight.copy_(start[f"{name}.scale"])
        module.bias.copy_(start[f"{name}.offset"])

    with torch.no_grad():
        for module, name in ((net.stem, "stem"), (net.wide, "extraStem")):
            module[0].weight.copy_(kernel(f"{name}.kernel"))
            norm(module[1], name)
        for cell, (number, _, _, edges) in zip(net.cells, CELLS):
            names = [f"edge{to}-{source}.bin_conv_3x3" for to, source, kind in edges if kind == "conv"]
            for block, part in zip([cell.process, *cell.convs], ["process", *names]):
                block.latent.copy_(kernel(f"cell{number}.{part}.latent"))
                norm(block.norm, f"cell{number}.{part}")
        net.head.weight.copy_(start["head.weight"].T)
        net.head.bias.copy_(start["head.bias"])


net = Network()
images, labels = torch.randn(batch, 3, 32, 32), torch.randint(10, (batch,))
if len(sys.argv) > 4:
    start = read(sys.argv[4])
    start_from(net, start)
    images, labels = batch_of(start)
optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
speeds, losses = [], []
for step in range(steps + 4):
    started = time.perf_counter()
    optimizer.zero_grad(set_to_none=True)
    loss = F.cross_entropy(net(images), labels)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if step >= 4:
        speeds.append(batch / (time.perf_counter() - started))
report(speeds, net, losses)
