"""Networks as plain lists of layers, read from mbgen's cost report, with weights of our own.

A layer has `op` (conv, dw, pw, add, gap, fc), `name`, `inputs` (indices into the list of values, of
which 0 is the network's input and i + 1 the output of layer i), `c` (output channels), and for
convolutions `k`, `s`, `pad` (top, left, bottom, right), `groups` and `act`. Weights have PyTorch's
order, [O, I/groups, k, k] or [O, I].
"""
import json
import subprocess

import numpy as np

CLAMPS = {"none": None, "relu": (0.0, None), "relu6": (0.0, 6.0)}


class Network:
    def __init__(self, mbgen, name, spec, width):
        command = [*mbgen, "analyze", spec, "--width", str(width), "--format", "json"]
        report = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        self.name, self.spec, self.width = name, spec, width
        self.shape, self.classes = report["model"]["input"], report["model"]["classes"]
        self.macs = report["totals"]["macs"]
        self.layers = layers(report["rows"])
        # Normal numbers, as a normalised image has.
        rng = np.random.default_rng(7)
        self.input = rng.standard_normal(self.shape, dtype=np.float32)
        self.weights, self.logits = weights(self.layers, self.input, np.random.default_rng(99))


def layers(rows):
    """The layers of a report's rows; each reads the one before, and an add its block's input too."""
    found, block, start = [], None, 0
    for i, row in enumerate(rows):
        if row["block"] != block:
            block, start = row["block"], i
        if "downsample" in row["name"]:
            raise ValueError(f"{row['name']}: no exporter for a block with two branches")
        pad = row["p"] if isinstance(row["p"], list) else [row["p"]] * 4
        found.append(dict(
            op=row["op"], name=row["name"], inputs=[i, start] if row["op"] == "add" else [i],
            c=row["out"][0], size=row["out"][1:], k=row["k"], s=row["s"], pad=pad,
            groups=row["groups"], act=row["act"], c_in=row["in"][0]))
    return found


def weights(layers, image, rng):
    """Random weights and biases by layer name, and the logits of `image` in f64.

    Each channel is scaled and shifted as batch normalisation would do it for this image, with random
    parameters, so that values stay in range through the depth and ReLU6 clips some of them.
    """
    values, params = [image.astype(np.float64)], {}
    for layer in layers:
        x = values[layer["inputs"][0]]
        if layer["op"] == "add":
            y = x + values[layer["inputs"][1]]
        elif layer["op"] == "gap":
            y = x.mean((1, 2))
        elif layer["op"] == "fc":
            w = (rng.standard_normal((layer["c"], layer["c_in"])) * 0.05).astype(np.float32)
            b = (rng.standard_normal(layer["c"]) * 0.1).astype(np.float32)
            params[layer["name"]] = (w, b)
            y = w.astype(np.float64) @ x + b
        else:
            shape = (layer["c"], layer["c_in"] // layer["groups"], layer["k"], layer["k"])
            w = rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))
            y = convolve(layer, x, w)
            scale = (0.7 + 0.6 * rng.random(layer["c"])) / np.sqrt(y.var((1, 2)) + 1e-2)
            b = (0.5 * rng.standard_normal(layer["c"]) - scale * y.mean((1, 2))).astype(np.float32)
            w = (w * scale[:, None, None, None]).astype(np.float32)
            params[layer["name"]] = (w, b)
            y = convolve(layer, x, w.astype(np.float64)) + b[:, None, None]
        clamp = CLAMPS[layer["act"]]
        values.append(y if clamp is None else y.clip(*clamp))
    return params, values[-1]


def convolve(layer, x, w):
    """A convolution without bias, tap by tap."""
    top, left, bottom, right = layer["pad"]
    x = np.pad(x, ((0, 0), (top, bottom), (left, right)))
    (h, width), s = layer["size"], layer["s"]
    y = 0.0
    for i in range(layer["k"]):
        for j in range(layer["k"]):
            part = x[:, i : i + s * (h - 1) + 1 : s, j : j + s * (width - 1) + 1 : s]
            if layer["groups"] > 1:
                y = y + w[:, 0, i, j][:, None, None] * part
            else:
                y = y + np.tensordot(w[:, :, i, j], part, 1)
    return y
