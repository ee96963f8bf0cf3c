"""One peer with one network: peer.py PEER PATH THREADS, where PATH lacks its suffix.

Prints "ready" and the largest difference of its logits from the reference, relative to the largest
logit; then, for each number N on a line of standard input, the nanoseconds of N inferences. Imports
what the peer needs and no more, so that start and memory are the peer's, beside Python's and numpy's.
"""
import sys
import time

import numpy as np

peer, path, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
data = np.load(path + ".npz")
image = np.ascontiguousarray(data["input"])[None]


def litert():
    from ai_edge_litert.interpreter import Interpreter
    interpreter = Interpreter(path + ".tflite", num_threads=threads)
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]["index"]
    result = interpreter.get_output_details()[0]["index"]
    rows_first = np.ascontiguousarray(image.transpose(0, 2, 3, 1))

    def run():
        interpreter.set_tensor(source, rows_first)
        interpreter.invoke()
        return interpreter.get_tensor(result)
    return run


def openvino():
    import openvino as ov
    settings = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": 1,
                "ENABLE_CPU_PINNING": False, "INFERENCE_PRECISION_HINT": "f32"}
    request = ov.Core().compile_model(path + ".onnx", "CPU", settings).create_infer_request()
    tensor = ov.Tensor(image)

    def run():
        request.set_input_tensor(tensor)
        request.infer()
        return request.get_output_tensor(0).data
    return run


def onnxruntime():
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = ort.InferenceSession(path + ".onnx", options, providers=["CPUExecutionProvider"])
    feed = {"input": image}
    return lambda: session.run(None, feed)[0]


def ncnn():
    import ncnn
    net = ncnn.Net()
    net.opt.num_threads = threads
    net.opt.use_vulkan_compute = False
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
    net.opt.use_bf16_storage = False
    assert net.load_param(path + ".param") == 0 and net.load_model(path + ".bin") == 0
    matrix, names = ncnn.Mat(image[0]), (net.input_names()[0], net.output_names()[0])

    def run():
        extractor = net.create_extractor()
        extractor.input(names[0], matrix)
        return np.array(extractor.extract(names[1])[1])
    return run


run = {"litert": litert, "openvino": openvino, "onnxruntime": onnxruntime, "ncnn": ncnn}[peer]()
logits = data["logits"]
off = np.abs(np.asarray(run()).reshape(-1) - logits).max() / np.abs(logits).max()
print(f"ready {off:.1e}", flush=True)
for line in sys.stdin:
    times = []
    for _ in range(int(line)):
        start = time.perf_counter_ns()
        run()
        times.append(time.perf_counter_ns() - start)
    print(*times, flush=True)
