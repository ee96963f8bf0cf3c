"""Writes a network in the formats of its peers, and as safetensors for mbgen.

Every file holds the same f32 numbers: convolutions with bias, no batch normalisation.
"""
import json
import struct
from pathlib import Path

import numpy as np

CONVOLUTIONS = ("conv", "dw", "pw")


def export(network, folder):
    """NAME.safetensors, .onnx, .tflite, .param and .bin; NAME.f32, the input in rows, columns,
    channels; NAME.npz, the input in channels, rows, columns, and the logits."""
    path = Path(folder) / network.name
    with_suffix = lambda suffix: path.with_name(path.name + suffix)
    safetensors(network, with_suffix(".safetensors"))
    onnx(network, with_suffix(".onnx"))
    tflite(network, with_suffix(".tflite"))
    ncnn(network, with_suffix(".param"), with_suffix(".bin"))
    network.input.transpose(1, 2, 0).astype("<f4").tofile(with_suffix(".f32"))
    np.savez(with_suffix(".npz"), input=network.input, logits=network.logits)


def safetensors(network, path, eps=1e-5):
    """PyTorch's names. The batch normalisation after a convolution adds its bias and nothing else."""
    tensors = {}
    for layer in network.layers:
        if layer["op"] not in (*CONVOLUTIONS, "fc"):
            continue
        w, b = network.weights[layer["name"]]
        tensors[layer["name"] + ".weight"] = w
        if layer["op"] == "fc":
            tensors[layer["name"] + ".bias"] = b
            continue
        head, _, last = layer["name"].rpartition(".")
        norm = f"{head}.{int(last) + 1}" if last.isdigit() else f"{head}.{last.replace('conv', 'bn')}"
        one, zero = np.ones_like(b), np.zeros_like(b)
        tensors |= {f"{norm}.weight": one, f"{norm}.bias": b, f"{norm}.running_mean": zero,
                    f"{norm}.running_var": one - np.float32(eps)}
    header, end = {}, 0
    for name, tensor in tensors.items():
        start, end = end, end + tensor.nbytes
        header[name] = dict(dtype="F32", shape=tensor.shape, data_offsets=[start, end])
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.writelines(tensor.astype("<f4").tobytes() for tensor in tensors.values())


def onnx(network, path):
    import onnx as o
    from onnx import helper, numpy_helper
    value = lambda i: "input" if i == 0 else network.layers[i - 1]["name"]
    constant = lambda array, name: constants.append(numpy_helper.from_array(array, name)) or name
    nodes, constants = [], []
    low, high = constant(np.float32(0), "low"), constant(np.float32(6), "high")
    for layer in network.layers:
        name, inputs = layer["name"], [value(i) for i in layer["inputs"]]
        node = lambda op, inputs, out=name, **rest: nodes.append(
            helper.make_node(op, inputs, [out], name=f"{out}/{op}", **rest))
        if layer["op"] == "add":
            node("Add", inputs)
        elif layer["op"] == "gap":
            node("GlobalAveragePool", inputs, name + "/map")
            node("Flatten", [name + "/map"])
        else:
            w, b = network.weights[name]
            operands = [*inputs, constant(w, name + ".weight"), constant(b, name + ".bias")]
            if layer["op"] == "fc":
                node("Gemm", operands, transB=1)
                continue
            out = name if layer["act"] == "none" else name + "/sum"
            node("Conv", operands, out, kernel_shape=[layer["k"]] * 2, strides=[layer["s"]] * 2,
                 pads=layer["pad"], group=layer["groups"])
            if layer["act"] != "none":
                node("Clip", [out, low] + [high] * (layer["act"] == "relu6"))
    tensor = lambda name, shape: helper.make_tensor_value_info(name, o.TensorProto.FLOAT, shape)
    graph = helper.make_graph(
        nodes, "network", [tensor("input", [1, *network.shape])],
        [tensor(network.layers[-1]["name"], [1, network.classes])], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    o.checker.check_model(model)
    o.save(o.shape_inference.infer_shapes(model), path)


def tflite(network, path):
    import flatbuffers
    from ai_edge_litert import schema_py_generated as t
    op, options = t.BuiltinOperator, t.BuiltinOptions
    codes = [op.CONV_2D, op.DEPTHWISE_CONV_2D, op.PAD, op.ADD, op.MEAN, op.FULLY_CONNECTED]
    acts = t.ActivationFunctionType
    acts = {"none": acts.NONE, "relu": acts.RELU, "relu6": acts.RELU6}
    buffers, tensors, operators = [t.BufferT()], [], []

    def tensor(name, shape, data=None):
        made = t.TensorT()
        made.name, made.shape, made.hasRank = name, [int(n) for n in shape], True
        made.type = t.TensorType.FLOAT32
        if data is not None:
            buffers.append(t.BufferT())
            made.buffer = len(buffers) - 1
            made.type = t.TensorType.INT32 if data.dtype == np.int32 else t.TensorType.FLOAT32
            buffers[-1].data = np.frombuffer(np.ascontiguousarray(data).tobytes(), np.uint8)
        tensors.append(made)
        return len(tensors) - 1

    def operator(code, inputs, output, kind, **fields):
        made, chosen = t.OperatorT(), getattr(t, kind + "T")()
        made.opcodeIndex, made.inputs, made.outputs = codes.index(code), inputs, [output]
        for field, value in fields.items():
            setattr(chosen, field, value)
        made.builtinOptions, made.builtinOptionsType = chosen, getattr(options, kind)
        operators.append(made)
        return output

    c, h, w = network.shape
    values, sizes = [tensor("input", [1, h, w, c])], [(h, w)]
    for layer in network.layers:
        name, x = layer["name"], values[layer["inputs"][0]]
        h, w = sizes[layer["inputs"][0]]
        act = acts[layer["act"]]
        constant = lambda suffix, data: tensor(name + suffix, data.shape, data)
        shape = [1, *layer["size"], layer["c"]] if layer["op"] not in ("gap", "fc") else [1, layer["c"]]
        if layer["op"] in CONVOLUTIONS:
            k, s, (top, left, bottom, right) = layer["k"], layer["s"], layer["pad"]
            # TensorFlow's own zeros come last; any others are a layer of their own.
            total = [max((-(-n // s) - 1) * s + k - n, 0) for n in (h, w)]
            same = [total[0] // 2, total[1] // 2, total[0] - total[0] // 2, total[1] - total[1] // 2]
            scheme = t.Padding.SAME if same == layer["pad"] else t.Padding.VALID
            if scheme == t.Padding.VALID and any(layer["pad"]):
                pads = np.array([[0, 0], [top, bottom], [left, right], [0, 0]], np.int32)
                padded = tensor(name + "/pad", [1, h + top + bottom, w + left + right, layer["c_in"]])
                x = operator(op.PAD, [x, constant("/pads", pads)], padded, "PadOptions")
            weight, bias = network.weights[name]
            fields = dict(padding=scheme, strideW=s, strideH=s, fusedActivationFunction=act,
                          dilationWFactor=1, dilationHFactor=1)
            if layer["op"] == "dw":
                order, code, kind = (1, 2, 3, 0), op.DEPTHWISE_CONV_2D, "DepthwiseConv2DOptions"
                fields["depthMultiplier"], weight = 1, weight.transpose(1, 0, 2, 3)
                order = (0, 2, 3, 1)
            else:
                order, code, kind = (0, 2, 3, 1), op.CONV_2D, "Conv2DOptions"
            inputs = [x, constant(".weight", weight.transpose(order)), constant(".bias", bias)]
            y = operator(code, inputs, tensor(name, shape), kind, **fields)
        elif layer["op"] == "add":
            inputs = [x, values[layer["inputs"][1]]]
            y = operator(op.ADD, inputs, tensor(name, shape), "AddOptions",
                         fusedActivationFunction=act)
        elif layer["op"] == "gap":
            axes = constant("/axes", np.array([1, 2], np.int32))
            y = operator(op.MEAN, [x, axes], tensor(name, shape), "ReducerOptions", keepDims=False)
        else:
            weight, bias = network.weights[name]
            inputs = [x, constant(".weight", weight), constant(".bias", bias)]
            y = operator(op.FULLY_CONNECTED, inputs, tensor(name, shape), "FullyConnectedOptions",
                         fusedActivationFunction=act)
        values.append(y)
        sizes.append(layer["size"])
    graph = t.SubGraphT()
    graph.tensors, graph.operators = tensors, operators
    graph.inputs, graph.outputs = [values[0]], [values[-1]]
    model = t.ModelT()
    model.version, model.subgraphs, model.buffers, model.operatorCodes = 3, [graph], buffers, []
    for code in codes:
        made = t.OperatorCodeT()
        made.builtinCode, made.deprecatedBuiltinCode, made.version = code, code, 1
        model.operatorCodes.append(made)
    builder = flatbuffers.Builder(1 << 24)
    builder.Finish(model.Pack(builder), b"TFL3")
    Path(path).write_bytes(builder.Output())


def ncnn(network, param, bin):
    """Its text of layers, where a value that is read twice is split, and its blob of weights."""
    c, h, w = network.shape
    readers = [sum(l["inputs"].count(i) for l in network.layers) for i in range(len(network.layers) + 1)]
    lines, blobs, names = [], [], [[]]

    def layer_line(kind, name, inputs, outputs, *fields):
        blobs.extend(outputs)
        lines.append(" ".join([kind, name, str(len(inputs)), str(len(outputs)), *inputs, *outputs, *fields]))

    def made(name, i):
        """The names under which the readers of value i find it, one each."""
        names[i] = [name]
        if readers[i] > 1:
            names[i] = [f"{name}/{n}" for n in range(readers[i])]
            layer_line("Split", f"{name}/split", [name], names[i])

    layer_line("Input", "input", [], ["input"], f"0={w} 1={h} 2={c}")
    made("input", 0)
    with open(bin, "wb") as file:
        for i, layer in enumerate(network.layers, 1):
            name, inputs = layer["name"], [names[j].pop(0) for j in layer["inputs"]]
            act = {"none": "9=0", "relu": "9=1", "relu6": "9=3 -23310=2,0.0,6.0"}[layer["act"]]
            if layer["op"] == "add":
                layer_line("BinaryOp", name, inputs, [name], "0=0")
            elif layer["op"] == "gap":
                layer_line("Pooling", name, inputs, [name], "0=1 4=1")
            else:
                weight, bias = network.weights[name]
                file.write(struct.pack("<I", 0) + weight.astype("<f4").tobytes() + bias.astype("<f4").tobytes())
                if layer["op"] == "fc":
                    layer_line("InnerProduct", name, inputs, [name], f"0={layer['c']} 1=1 2={weight.size}")
                else:
                    top, left, bottom, right = layer["pad"]
                    kind, groups = ("ConvolutionDepthWise", f"7={layer['groups']}") if layer["op"] == "dw" else ("Convolution", "")
                    layer_line(kind, name, inputs, [name], f"0={layer['c']} 1={layer['k']} 3={layer['s']}",
                               f"4={left} 14={top} 15={right} 16={bottom} 5=1 6={weight.size} {groups} {act}")
            names.append([])
            made(name, i)
    Path(param).write_text("\n".join(["7767517", f"{len(lines)} {len(blobs)}", *lines, ""]))
