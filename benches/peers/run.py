#!/usr/bin/env python3
"""Times generated crates beside the fastest other engines, in turn, and prints the tables.

    benches/peers/run.py [--rounds N] [--threads 1,2] [--networks v1-1.0,v2-1.0] [--peers litert,..]
                          [--machine zen5]

Needs Python 3.11, pip and cargo; everything it makes is under target/peers.
"""
import argparse
import atexit
import datetime
import json
import os
import platform
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK = ROOT / "target" / "peers"
BUILT = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
NETWORKS = {
    "v1-1.0": ("v1-paper", 1.0),
    "v2-1.0": ("v2", 1.0),
    "v1-0.25": ("v1-paper", 0.25),
    "v2-0.5": ("v2", 0.5),
}
PEERS = {
    "litert": ("LiteRT (XNNPACK)", "ai-edge-litert"),
    "openvino": ("OpenVINO, f32", "openvino"),
    "onnxruntime": ("ONNX Runtime", "onnxruntime"),
    "ncnn": ("ncnn", "ncnn"),
}
RUNS = 10


def in_venv():
    """Continues with the Python that has the peers, made where there is none."""
    requirements = HERE / "requirements.txt"
    python, done = WORK / "venv/bin/python", WORK / "venv/requirements.txt"
    if not done.exists() or done.read_text() != requirements.read_text():
        say("installing the peers")
        subprocess.run([sys.executable, "-m", "venv", WORK / "venv"], check=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", requirements], check=True)
        done.write_text(requirements.read_text())
    if Path(sys.prefix) != WORK / "venv":
        os.execv(python, [python, *sys.argv])


def say(*words):
    print("#", *words, file=sys.stderr, flush=True)


def resident(process):
    """High-water mark of a process's memory in MiB; 0 where it has ended."""
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0


def high_water(command):
    """The same for a command, watched until it ends."""
    process, most = subprocess.Popen(command, stdout=subprocess.DEVNULL), 0
    while process.poll() is None:
        most = max(most, resident(process))
        time.sleep(1e-3)
    return most


class Peer:
    """An engine that stays loaded in a process of its own, stopped except in its turn."""

    running = []

    def __init__(self, peer, path, threads):
        self.name, self.medians = PEERS[peer][0], []
        self.log = tempfile.TemporaryFile("w+")
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads), KMP_BLOCKTIME="1")
        start = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, HERE / "peer.py", peer, path, str(threads)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.log, text=True, bufsize=1, env=environment)
        Peer.running.append(self.process)
        words = self.process.stdout.readline().split()
        while words and words[0] != "ready":
            words = self.process.stdout.readline().split()
        self.start = time.perf_counter() - start
        if not words:
            self.process.wait()
            self.log.seek(0)
            raise RuntimeError(self.log.read()[-400:])
        self.off = float(words[1])
        self.process.send_signal(signal.SIGSTOP)

    def turn(self, runs):
        self.process.send_signal(signal.SIGCONT)
        for count in (3, runs):
            self.process.stdin.write(f"{count}\n")
            times = [int(word) for word in self.process.stdout.readline().split()]
        self.process.send_signal(signal.SIGSTOP)
        self.medians.append(statistics.median(times))

    def resident(self):
        return resident(self.process)

    def close(self):
        self.process.kill()
        self.process.wait()


@atexit.register
def close_all():
    for process in Peer.running:
        if process.poll() is None:
            process.kill()


class Crate:
    """A generated crate with an instruction set forced; a process for each turn."""

    def __init__(self, binary, isa, path, logits, threads):
        self.name, self.medians = f"mbgen, {isa}", []
        self.command = [binary, "bench", "--isa", isa, "--threads", str(threads)]
        logits_command = [binary, "logits", path + ".f32", "--isa", isa]
        start = time.perf_counter()
        done = subprocess.run(logits_command, capture_output=True)
        self.start = time.perf_counter() - start
        if done.returncode != 0:
            raise RuntimeError(done.stderr.decode()[-400:])
        got = json.loads(done.stdout)
        self.off = max(abs(a - b) for a, b in zip(got, logits)) / max(map(abs, logits))
        self.used = high_water([*self.command, "--runs", "100"])

    def turn(self, runs):
        command = [*self.command, "--runs", str(runs)]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        self.medians.append(int(text.split()[-1]))

    def resident(self):
        return self.used

    def close(self):
        pass


def prepare(names, mbgen, planned_for):
    """Weights, models and a built crate of each network."""
    sys.path.insert(0, str(HERE))
    import export
    import network
    for folder in ("models", "crates"):
        (WORK / folder).mkdir(parents=True, exist_ok=True)
    if not mbgen:
        say("building mbgen")
        subprocess.run(["cargo", "build", "--release"], cwd=ROOT, check=True)
        mbgen = BUILT / "mbgen"
    made = {}
    for name in names:
        say(name, "exporting and building")
        spec, width = NETWORKS[name]
        made[name] = net = network.Network([str(mbgen)], name, spec, width)
        export.export(net, WORK / "models")
        crate, target = WORK / "crates" / name, WORK / "build"
        weights = WORK / "models" / f"{name}.safetensors"
        subprocess.run([mbgen, "generate", spec, "--width", str(width), "--weights", weights,
                        *(["--machine", planned_for] if planned_for else []), "--force", "--output", crate],
                       check=True)
        cargo = ["cargo", "build", "--release", "--quiet", "--manifest-path", crate / "Cargo.toml"]
        subprocess.run([*cargo, "--target-dir", target], check=True)
        package = re.search(r'^name = "(.+)"', (crate / "Cargo.toml").read_text(), re.M)[1]
        net.binary = target / "release" / package
    # An example of mbgen, so that `cargo clippy --all-targets` keeps it in step with the kernels.
    subprocess.run(["cargo", "build", "--release", "--quiet", "--example", "peak"], cwd=ROOT, check=True)
    shutil.copy(BUILT / "examples" / "peak", WORK / "peak")
    return made


def available_sets():
    """Instruction sets of this CPU, best first; the portable one only where there is no other."""
    flags = Path("/proc/cpuinfo").read_text()
    sets = (("avx512", "avx512vl"), ("avx2", "avx2"), ("neon", "asimd"))
    found = [isa for isa, flag in sets if flag in flags]
    return found or ["portable"]


def measure(net, peers, threads, rounds, runs):
    """Everything in turn, in an order shuffled each round, all others stopped; with the peak."""
    path, contestants = str(WORK / "models" / net.name), []
    makers = [(isa, lambda isa=isa: Crate(net.binary, isa, path, net.logits.tolist(), threads))
              for isa in available_sets()]
    makers += [(peer, lambda peer=peer: Peer(peer, path, threads)) for peer in peers]
    for name, maker in makers:
        try:
            contestants.append(maker())
        except (RuntimeError, OSError) as error:
            say(f"{net.name}: {name} left out: {error}")
    rates, order = [], random.Random(1)
    for _ in range(rounds):
        rates.append(float(subprocess.run([WORK / "peak"], capture_output=True, check=True).stdout))
        for contestant in order.sample(contestants, len(contestants)):
            contestant.turn(runs)
    peak = max(rates) * threads
    results = []
    for contestant in contestants:
        median = statistics.median(contestant.medians) / 1e6
        results.append(dict(
            name=contestant.name, median=median, min=min(contestant.medians) / 1e6,
            quartiles=[q / 1e6 for q in quartiles(contestant.medians)],
            share=2e-6 * net.macs / peak / median, off=contestant.off, start=contestant.start,
            resident=contestant.resident()))
        contestant.close()
    say(f"{net.name}, {threads} thread(s): {len(rates)} rounds, peak {max(rates):.1f}")
    return dict(network=net.name, threads=threads, macs=net.macs, rounds=len(rates),
                peak=max(rates), peak_median=statistics.median(rates), results=results)


def quartiles(values):
    return statistics.quantiles(values, n=4, method="inclusive")[::2] if len(values) > 1 else values * 2


def table(results, threads):
    """Medians of all networks with their shares of the peak, the best peer's against the crate's."""
    columns = [r for r in results if r["threads"] == threads]
    names = list(dict.fromkeys(row["name"] for r in columns for row in r["results"]))
    cells = {(r["network"], row["name"]): row for r in columns for row in r["results"]}
    heads = [r["network"] for r in columns]
    lines = [f"| {threads} thread{'s' * (threads > 1)}: median ms (share of peak) | {' | '.join(heads)} |",
             "|---" + "|---:" * len(heads) + "|"]
    at_peak = [f"{2e-6 * r['macs'] / r['peak'] / threads:.3f}" for r in columns]
    lines.append(f"| time at peak | {' | '.join(at_peak)} |")
    for name in names:
        row = [cells.get((head, name)) for head in heads]
        texts = [f"{c['median']:.3f} ({c['share']:.0%})" if c else "" for c in row]
        lines.append(f"| {name} | {' | '.join(texts)} |")
    ratios = []
    for r in columns:
        ours = [row["median"] for row in r["results"] if row["name"].startswith("mbgen")]
        others = [row["median"] for row in r["results"] if not row["name"].startswith("mbgen")]
        ratios.append(f"{min(others) / min(ours):.2f}x" if ours and others else "")
    lines.append(f"| best peer's time over mbgen's | {' | '.join(ratios)} |")
    return "\n".join(lines)


def details(results):
    lines = ["| network, threads | engine | median ms | quartiles | fastest turn | largest error | start to first result | resident |",
             "|---|---|---:|---:|---:|---:|---:|---:|"]
    for r in results:
        for row in sorted(r["results"], key=lambda row: row["median"]):
            low, high = row["quartiles"]
            lines.append(
                f"| {r['network']}, {r['threads']} | {row['name']} | {row['median']:.3f} | "
                f"{low:.3f} to {high:.3f} | {row['min']:.3f} | {row['off']:.0e} | "
                f"{1e3 * row['start']:.0f} ms | {row['resident']:.1f} MiB |")
    return "\n".join(lines)


def machine(results):
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True).stdout.split()[1]
    from importlib.metadata import version
    versions = ", ".join(f"{name} {version(package)}" for name, package in PEERS.values())
    return (f"{datetime.date.today()}, {model[1] if model else platform.machine()}, "
            f"{os.cpu_count()} CPUs, {platform.system()} {platform.release()}, rustc {rustc}; {versions}. "
            f"fp32, batch 1, 224x224; medians of {results[0]['rounds']} rounds of {RUNS} runs; "
            f"peak {max(r['peak'] for r in results):.1f} GFLOP/s a core.")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--threads", default="1,2", help="numbers of threads, with commas")
    parser.add_argument("--networks", default=",".join(NETWORKS))
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--cpus", help="CPUs to run on, with commas; by default the last ones")
    parser.add_argument("--machine", help="the machine to plan for, as mbgen generate takes it")
    parser.add_argument("--mbgen", type=Path, help="a built mbgen")
    parser.add_argument("--json", type=Path, help="file for all figures")
    options = parser.parse_args()
    in_venv()
    networks = prepare(options.networks.split(","), options.mbgen, options.machine)
    results = []
    for threads in map(int, options.threads.split(",")):
        allowed = os.sched_getaffinity(0)
        last = sorted(allowed)[-threads:]
        os.sched_setaffinity(0, map(int, options.cpus.split(",")) if options.cpus else last)
        for net in networks.values():
            results.append(measure(net, options.peers.split(","), threads, options.rounds, RUNS))
        os.sched_setaffinity(0, allowed)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))
    print(machine(results))
    for threads in dict.fromkeys(r["threads"] for r in results):
        print("\n" + table(results, threads))
    print("\n" + details(results))


if __name__ == "__main__":
    main()
