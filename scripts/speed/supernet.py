"""The supernet of `bars bench --net search` in PyTorch, a module an edge as one writes it: its peer.

usage: supernet.py <batch> <steps> <threads> [start.safetensors]
16 channels, cells 0 0 1 0 0 1 0 0, four steps, candidates none, skip_connect and bin_conv_3x3, binary 1x1 before each cell,
binary 3x3 around reductions; depth and width of every stage are mixed by their probabilities. A step is one update of the alphas
on one batch and one of the weights on another; the alphas' gradient alone is asked in the first. The penalty on the expected cost
is left out, in this program's favour: it is arithmetic on some tens of numbers. Prints one line of JSON; `losses` are the
cross entropies of the two batches by turns. The first two steps do not count.
"""
import sys, time

began = time.perf_counter()
import torch, torch.nn as nn, torch.nn.functional as F
from peer import ClippedSign, batch_of, latent, read, report

batch, steps, threads = (int(v) for v in sys.argv[1:4])
torch.set_num_threads(threads)
torch.manual_seed(0)

CHANNELS, LAYOUT, NODES, WIDTHS = 16, [0, 0, 1, 0, 0, 1, 0, 0], 4, [0.25, 0.5, 0.75, 1.0]
EDGES = [(to, source) for to in range(1, NODES + 1) for source in range(to)]


class MaskedKernel(torch.autograd.Function):
    """sign(w) times a given scale of each filter; the gradient of clamp(w), and the scale's own."""

    @staticmethod
    def forward(ctx, w, scale):
        bits = torch.where(w < 0, -1.0, 1.0)
        ctx.save_for_backward(w, bits)
        return bits * scale

    @staticmethod
    def backward(ctx, g):
        w, bits = ctx.saved_tensors
        return g * (w.abs() <= 1), (g * bits).sum((1, 2, 3), keepdim=True)


def binary_kernel(w, mask):
    """The scale is the mean over the input channels there are; the mask silences those there are not."""
    size = w.shape[2] * w.shape[3]
    scale = (w.detach().abs() * mask[None, :, None, None]).sum((1, 2, 3), keepdim=True) / (mask.sum() * size)
    return MaskedKernel.apply(w, scale) * mask[None, :, None, None]


def halved(bits, kernels):
    """Two convolutions of stride 2, one pixel apart, their filters by turns."""
    even = F.conv2d(F.pad(bits, (1, 1, 1, 1), value=1.0), kernels[0], stride=2)
    odd = F.conv2d(F.pad(bits, (0, 2, 0, 2), value=1.0), kernels[1], stride=2)
    return torch.stack((even, odd), 2).flatten(1, 2)


def pooled_twice(x):
    return F.avg_pool2d(x, 2).repeat_interleave(2, 1)


class Block(nn.Module):
    """Batch norm, sign, binary convolution, ReLU, as the 1x1 before a cell and the 3x3 around it."""

    def __init__(self, inside, outside, size, stride):
        super().__init__()
        self.norm = nn.BatchNorm2d(inside, affine=False)
        parts = stride
        self.latents = nn.ParameterList(latent(inside, outside // parts, size) for _ in range(parts))

    def forward(self, x, mask):
        bits = ClippedSign.apply(self.norm(x))
        kernels = [binary_kernel(w, mask) for w in self.latents]
        return F.relu(F.conv2d(bits, kernels[0]) if len(kernels) == 1 else halved(bits, kernels))


class Edge(nn.Module):
    """All candidates of an edge: none, skip_connect, bin_conv_3x3."""

    def __init__(self, inside, outside, stride):
        super().__init__()
        self.stride = stride
        self.latents = nn.ParameterList(latent(inside, outside // stride, 3) for _ in range(stride))

    def forward(self, raw, bits, mask, weights):
        kernels = [binary_kernel(w, mask) for w in self.latents]
        if self.stride == 2:
            return weights[1] * pooled_twice(raw) + weights[2] * F.relu(halved(bits, kernels))
        value = F.relu(F.conv2d(F.pad(bits, (1, 1, 1, 1), value=1.0), kernels[0]) + raw)
        return weights[1] * raw + weights[2] * value


class Cell(nn.Module):
    def __init__(self, outside, stride):
        super().__init__()
        inside = outside // stride
        self.stride = stride
        self.process = Block(NODES * inside, inside, 1, 1)
        self.norms = nn.ModuleList(nn.BatchNorm2d(inside if i == 0 else outside, affine=False) for i in range(NODES))
        self.edges = nn.ModuleList(
            Edge(inside if source == 0 else outside, outside, stride if source == 0 else 1) for _, source in EDGES
        )
        self.shortcut = Block(NODES * inside, NODES * outside, 3, 2) if stride == 2 else None

    def forward(self, x, weights, in_mask, out_mask):
        channels = lambda mask: mask[None, :, None, None]
        entry = in_mask if self.stride == 2 else out_mask
        wide_in, wide_out = in_mask.repeat(NODES), out_mask.repeat(NODES)
        raw = [self.process(x, wide_in) * channels(entry)]
        bits, masks = [], [entry] + [out_mask] * NODES
        for to in range(1, NODES + 1):
            bits.append(ClippedSign.apply(self.norms[to - 1](raw[to - 1])))
            own = [i for i, (end, _) in enumerate(EDGES) if end == to]
            raw.append(sum(self.edges[i](raw[s], bits[s], masks[s], weights[i]) for s, i in enumerate(own)) * channels(out_mask))
        around = x if self.shortcut is None else self.shortcut(x, wide_in)
        return torch.cat(raw[1:], 1) + around * channels(wide_out)


class Supernet(nn.Module):
    def __init__(self):
        super().__init__()
        conv = lambda inside, outside, size: nn.Sequential(
            nn.Conv2d(inside, outside, size, padding=size // 2, bias=False), nn.BatchNorm2d(outside)
        )
        self.stem, self.wide = conv(3, CHANNELS, 3), conv(CHANNELS, NODES * CHANNELS, 1)
        self.stages, channels, cells = [[]], CHANNELS, []
        for i, group in enumerate(LAYOUT):
            if group == 1:
                channels *= 2
                self.stages.append([])
            cells.append(Cell(channels, 1 + group))
            self.stages[-1].append(i)
        self.cells = nn.ModuleList(cells)
        self.head = nn.Linear(NODES * channels, 10)
        for stage, size in enumerate((CHANNELS, CHANNELS // 2, CHANNELS, CHANNELS * 2, CHANNELS * 4)):
            self.register_buffer(f"masks{size}", torch.tensor([[float(c < round(w * size)) for c in range(size)] for w in WIDTHS]))

    def mask(self, widths, channels):
        return widths @ getattr(self, f"masks{channels}")

    def forward(self, images, alphas):
        operations = [alphas[f"cell{g}"].softmax(1) for g in (0, 1)]
        depth = [alphas[f"depth{s}"].softmax(0) for s in range(3)]
        width = [alphas[f"width{s}"].softmax(0) for s in range(3)]
        opening = [None] * 3
        for s in (2, 1, 0):
            opening[s] = width[s] if s == 2 else depth[s][0] * opening[s + 1] + (1 - depth[s][0]) * width[s]
        mask = self.mask(opening[0], CHANNELS)
        x = self.stem(images) * mask[None, :, None, None]
        x = self.wide(F.relu(x)) * mask.repeat(NODES)[None, :, None, None]
        channels = CHANNELS
        for s, cells in enumerate(self.stages):
            normal = cells
            if s > 0:
                half, channels = channels, 2 * channels
                x = self.cells[cells[0]](x, operations[1], self.mask(opening[s], half), self.mask(opening[s], channels))
                normal = cells[1:]
            states, before = [x], self.mask(opening[s], channels)
            for i, cell in enumerate(normal, 1):
                last = 1.0 if i == len(normal) else depth[s][i] / depth[s][i:].sum()
                widths = width[s] if s == 2 else last * opening[s + 1] + (1 - last) * width[s]
                after = self.mask(widths, channels)
                x = self.cells[cell](x, operations[0], before, after)
                states.append(x)
                before = after
            x = sum(d * state for d, state in zip(depth[s], states))
        return self.head(x.mean((2, 3)))


def start_from(net, alphas, start):
    kernel = lambda name: start[name].permute(3, 2, 0, 1)
    with torch.no_grad():
        for module, name in ((net.stem, "stem"), (net.wide, "extraStem")):
            module[0].weight.copy_(kernel(f"{name}.kernel"))
            module[1].weight.copy_(start[f"{name}.scale"])
            module[1].bias.copy_(start[f"{name}.offset"])
        for c, cell in enumerate(net.cells):
            latents = lambda name, own: [p.copy_(kernel(f"{name}.{part}")) for p, part in
                                         zip(own, ["latent"] if len(own) == 1 else ["even.latent", "odd.latent"])]
            latents(f"cell{c}.process", cell.process.latents)
            if cell.shortcut is not None:
                latents(f"cell{c}.shortcut", cell.shortcut.latents)
            for (to, source), edge in zip(EDGES, cell.edges):
                latents(f"cell{c}.edge{to}-{source}.bin_conv_3x3", edge.latents)
        net.head.weight.copy_(start["head.weight"].T)
        net.head.bias.copy_(start["head.bias"])
        for name, alpha in alphas.items():
            alpha.copy_(start[f"alphas.{name}"])


net = Supernet()
alphas = {f"cell{g}": torch.zeros(len(EDGES), 3) for g in (0, 1)}
alphas |= {f"depth{s}": torch.zeros(3) for s in range(3)} | {f"width{s}": torch.zeros(4) for s in range(3)}
alphas = {name: nn.Parameter(value + 1e-3 * torch.randn_like(value)) for name, value in alphas.items()}
batches = [(torch.randn(batch, 3, 32, 32), torch.randint(10, (batch,))) for _ in range(2)]
if len(sys.argv) > 4:
    start = read(sys.argv[4])
    start_from(net, alphas, start)
    batches = [batch_of(start, f"{which}.") for which in ("alpha", "weight")]
by_alphas = torch.optim.Adam(alphas.values(), lr=1e-3, betas=(0.5, 0.999), weight_decay=1e-3)
by_weights = torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9)
speeds, losses = [], []
for step in range(steps + 2):
    started = time.perf_counter()
    loss = F.cross_entropy(net(batches[0][0], alphas), batches[0][1])
    for alpha, gradient in zip(alphas.values(), torch.autograd.grad(loss, list(alphas.values()))):
        alpha.grad = gradient
    by_alphas.step()
    losses.append(loss.item())
    fixed = {name: alpha.detach() for name, alpha in alphas.items()}
    by_weights.zero_grad(set_to_none=True)
    loss = F.cross_entropy(net(batches[1][0], fixed), batches[1][1])
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 5)
    by_weights.step()
    losses.append(loss.item())
    if step == 0:
        first = time.perf_counter() - began
    if step >= 2:
        speeds.append(2 * batch / (time.perf_counter() - started))
report(speeds, net, losses, firstStepSeconds=first)
