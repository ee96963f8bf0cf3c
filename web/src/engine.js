// Asks the module, in a worker of its own: the latest request of a kind wins, one that takes too long
// is ended with its worker, and a worker that fails is replaced.

/** Why a request has no answer. `problems` are those of a spec. */
export class Refusal extends Error {
  constructor({ message, text, file, diagnostics, needs }) {
    super(message ?? text ?? "no answer");
    this.file = file;
    this.diagnostics = diagnostics ?? [];
    this.needs = needs;
  }
}

/** A sentence for what ended a worker. */
export class Failure extends Error {}

/** What ended a request, in one sentence; what is no answer of mbgen's is thrown on. */
export function reason(error) {
  if (!(error instanceof Refusal) && !(error instanceof Failure)) throw error;
  return error.diagnostics?.[0]?.message ?? error.message;
}

let compiled = null;

/** The module, fetched and compiled once for all workers. */
function moduleOf() {
  compiled ??= WebAssembly.compileStreaming(fetch(new URL("mbgen.wasm", import.meta.url)));
  compiled.catch(() => (compiled = null));
  return compiled;
}

let assets = null;

/** What pages and crates are made of, as the module takes it. */
async function assetsOf() {
  const text = async (name) => {
    const answer = await fetch(new URL(name, import.meta.url));
    if (!answer.ok) throw new Failure(`A part of the page is not to be had: ${name}.`);
    return answer.text();
  };
  const [files, plot] = await Promise.all([text("assets.json"), text("plot.js")]);
  return new TextEncoder().encode(JSON.stringify({ ...JSON.parse(files), "templates/report/vendor/plot/plot.min.js": plot }));
}

/** Milliseconds of a first request, which is answered by code that is not compiled yet. */
const FIRST = 5000;

export class Engine {
  #limit;
  /** By call: the longest specs that were answered, and the time that the last took. */
  #known = new Map();
  #worker = null;
  #waiting = [];
  #running = null;
  #next = 1;

  /**
   * A worker whose requests take at most `limit` milliseconds each, from when it begins with one. A
   * busy machine takes longer: a call that is new, or of specs more than twice as long as any before,
   * has five seconds, and others four times what the last took, up to that.
   */
  constructor(limit) {
    this.#limit = limit;
  }

  /** The answer to a request; null where a later one of the same `lane` took its place. */
  async ask(request, options = {}) {
    try {
      return await this.#queue(request, options);
    } catch (error) {
      if (error.needs !== "assets") throw error;
      assets ??= assetsOf();
      assets.catch(() => (assets = null));
      await this.#queue({ call: "give" }, { bytes: await assets });
      return this.#queue(request, options);
    }
  }

  #queue(request, { lane = null, bytes = null }) {
    return new Promise((resolve, reject) => {
      if (lane !== null) {
        const dropped = this.#waiting.filter((job) => job.lane === lane);
        this.#waiting = this.#waiting.filter((job) => job.lane !== lane);
        dropped.forEach((job) => job.resolve(null));
      }
      this.#waiting.push({ id: this.#next++, lane, request, bytes, resolve, reject });
      this.#run();
    });
  }

  /** Ends the worker and what it does, for a reason. The next request starts another. */
  end(reason = "ended") {
    this.#worker?.then((worker) => worker.terminate(), () => {});
    this.#worker = null;
    const job = this.#running;
    this.#running = null;
    if (job) {
      clearTimeout(job.timer);
      job.reject(new Failure(reason));
    }
    this.#run();
  }

  async #run() {
    if (this.#running || this.#waiting.length === 0) return;
    const job = (this.#running = this.#waiting.shift());
    try {
      const worker = await (this.#worker ??= this.#start());
      if (this.#running !== job) return;
      worker.postMessage({ id: job.id, request: job.request, bytes: job.bytes });
    } catch (error) {
      if (this.#running !== job) return;
      this.#worker = null;
      this.#running = null;
      job.reject(new Failure(`mbgen does not start: ${error.message}.`));
      this.#run();
    }
  }

  /** Loads what the first request needs, before there is one. */
  ready() {
    this.#worker ??= this.#start();
    // Who asks is told.
    this.#worker.catch(() => {});
  }

  async #start() {
    // It loads while the module is compiled.
    const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
    const started = new Promise((resolve, reject) => {
      worker.onmessage = resolve;
      worker.onerror = (event) => reject(new Error(event.message ?? "a part of the page is not to be had; perhaps its server has ended"));
    });
    started.catch(() => {});
    worker.postMessage({ module: await moduleOf() });
    await started;
    worker.onerror = () => this.end("mbgen stopped at this spec, which is a mistake of its own; the page goes on.");
    worker.onmessage = ({ data }) => this.#answer(data);
    return worker;
  }

  /** How long the specs of a request are, and how many milliseconds it may take. */
  #allowed({ call, spec, specs = [{ spec }] }) {
    const length = specs.reduce((sum, { spec = "" }) => sum + spec.length, 0);
    const known = this.#known.get(call);
    const most = known && length <= 2 * known.length ? Math.min(4 * known.time, FIRST) : FIRST;
    return { length, limit: Math.max(this.#limit, most) };
  }

  /** The worker begins with a request. */
  #begin(job) {
    Object.assign(job, this.#allowed(job.request), { begun: performance.now() });
    job.timer = setTimeout(() => this.#expire(job), job.limit);
  }

  #answer({ id, begun, ok, answer, trap }) {
    const job = this.#running;
    if (!job || job.id !== id) return;
    if (begun !== undefined) return this.#begin(job);
    if (trap !== undefined) {
      const memory = /memory|alloc|unreachable/i.test(trap);
      this.end(memory && job.request.call === "crate" ? "The crate needs more memory than the browser gives." : "mbgen stopped at this spec, which is a mistake of its own; the page goes on.");
      return;
    }
    clearTimeout(job.timer);
    this.#running = null;
    const length = Math.max(job.length, this.#known.get(job.request.call)?.length ?? 0);
    this.#known.set(job.request.call, { length, time: performance.now() - job.begun });
    if (ok) job.resolve(typeof answer === "string" ? JSON.parse(answer) : answer);
    else job.reject(new Refusal(JSON.parse(answer)));
    this.#run();
  }

  #expire(job) {
    if (this.#running !== job) return;
    const seconds = Math.round(job.limit / 1000);
    this.end(`This took more than ${seconds === 1 ? "a second" : `${seconds} seconds`} and was ended.`);
  }
}
