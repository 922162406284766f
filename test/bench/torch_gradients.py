"""Gradients of given cases by PyTorch's autograd in float64 and float32, and how far float32 ones are from float64.

usage: torch_gradients.py CASE...   (CASE.json and CASE.bin as test/bench/accuracy.ts writes them)
Prints one JSON value a case. Uses the fused nn.RNN, nn.LSTM and nn.GRU, one for each cell of the network.
"""

import json
import math
import sys

import torch
from torch import nn
from torch.nn import functional

torch.set_num_threads(1)
KINDS = {
    "rnn-tanh": lambda i, h: nn.RNN(i, h, nonlinearity="tanh"),
    "rnn-relu": lambda i, h: nn.RNN(i, h, nonlinearity="relu"),
    "lstm": nn.LSTM,
    "gru": nn.GRU,
}


def read(case):
    with open(case + ".json", encoding="utf8") as file:
        description = json.load(file)
    with open(case + ".bin", "rb") as file:
        flat = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
    shapes = [(p["name"], p["shape"]) for p in description["parameters"]]
    sizes = [math.prod(shape) for _, shape in shapes]
    parts = torch.split(flat, sizes + sizes)
    named = lambda values: {n: v.reshape(s) for (n, s), v in zip(shapes, values)}
    return description, named(parts[: len(sizes)]), named(parts[len(sizes) :])


def gradients_of(description, weights, dtype):
    """Loss and gradients; cells share nothing but the arrays, so every product is PyTorch's own."""
    network, split = description["network"], description["split"]
    w = {name: value.to(dtype).requires_grad_() for name, value in weights.items()}
    offsets = split["offsets"]
    lengths = [b - a for a, b in zip(offsets, offsets[1:])]
    tokens = torch.zeros(max(lengths), len(lengths), dtype=torch.long)
    for n, length in enumerate(lengths):
        tokens[:length, n] = torch.tensor(split["tokens"][offsets[n] : offsets[n + 1]])
    embedded = functional.embedding(tokens, w["embedding.weight"])
    outputs = []
    for l, layer in enumerate(network["layers"]):
        total = None
        for c, cell in enumerate(layer["cells"]):
            x = torch.cat([embedded if s == "embedding" else outputs[s] for s in cell["sources"]], dim=2)
            module = KINDS[network["cell"]](x.shape[2], layer["size"]).to(dtype)
            own = {
                f"{part}_l0": w[f"layers.{l}.cells.{c}.{part}"].reshape(getattr(module, f"{part}_l0").shape)
                for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            }
            out, _ = torch.func.functional_call(module, own, (x,))
            total = out if total is None else total + out
        outputs.append(total)
    last = max(lengths) - 1
    ends = torch.tensor([length - 1 if network["padding"] == "mask" else last for length in lengths])
    lanes = torch.arange(len(lengths))
    read_out = torch.cat([outputs[l][ends, lanes] for l in network["readout"]], dim=1)
    logits = functional.linear(read_out, w["linear.weight"], w["linear.bias"].reshape(-1))
    loss = functional.cross_entropy(logits, torch.tensor(split["labels"]))
    loss.backward()
    result = {}
    for p in description["parameters"]:
        gradient = w[p["name"]].grad
        gradient = torch.zeros_like(w[p["name"]]) if gradient is None else gradient
        if p["mask"]:
            gradient = gradient * torch.tensor(p["mask"], dtype=dtype).reshape(gradient.shape)
        result[p["name"]] = gradient.double()
    return loss.item(), result


def worst(found, expected, largest):
    difference = max((found[name].double() - value).abs().max().item() for name, value in expected.items())
    return difference / largest


for path in sys.argv[1:]:
    case, weights, fused = read(path)
    loss64, expected = gradients_of(case, weights, torch.float64)
    loss32, found = gradients_of(case, weights, torch.float32)
    largest = max(value.abs().max().item() for value in expected.values())
    outcome = {
        "torch": torch.__version__,
        "fused": worst(fused, expected, largest),
        "float32": worst(found, expected, largest),
        "fusedLoss": abs(case["loss"] - loss64),
        "float32Loss": abs(loss32 - loss64),
    }
    print(json.dumps(outcome))
