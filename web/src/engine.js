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

let compiled = null;

/** The module, fetched and compiled once for all workers. */
const moduleOf = () => (compiled ??= WebAssembly.compileStreaming(fetch(new URL("mbgen.wasm", import.meta.url))));

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

export class Engine {
  #limit;
  #worker = null;
  #waiting = [];
  #running = null;
  #next = 1;

  /** A worker whose requests take at most `limit` milliseconds each. */
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

  /** Ends the worker and what it does. The next request starts another. */
  end(reason = "ended") {
    this.#worker?.then((worker) => worker.terminate(), () => {});
    this.#worker = null;
    const job = this.#running;
    this.#running = null;
    if (job) {
      clearTimeout(job.timer);
      job.reject(new Failure(reason));
    }
  }

  async #run() {
    if (this.#running || this.#waiting.length === 0) return;
    const job = (this.#running = this.#waiting.shift());
    try {
      const worker = await (this.#worker ??= this.#start());
      if (this.#running !== job) return;
      job.timer = setTimeout(() => this.#expire(job), this.#limit);
      worker.postMessage({ id: job.id, request: job.request, bytes: job.bytes });
    } catch (error) {
      this.#worker = null;
      this.#running = null;
      job.reject(new Failure(`mbgen does not start in this browser: ${error.message}`));
      this.#run();
    }
  }

  async #start() {
    // It loads while the module is compiled.
    const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
    const started = new Promise((resolve, reject) => {
      worker.onmessage = resolve;
      worker.onerror = (event) => reject(new Error(event.message ?? "the worker does not start"));
    });
    started.catch(() => {});
    worker.postMessage({ module: await moduleOf() });
    await started;
    worker.onerror = () => this.#fail("mbgen stopped at this spec, which is a mistake of its own; the page goes on.");
    worker.onmessage = ({ data }) => this.#answer(data);
    return worker;
  }

  #answer({ id, ok, answer, trap }) {
    const job = this.#running;
    if (!job || job.id !== id) return;
    if (trap !== undefined) {
      const memory = /memory|alloc|unreachable/i.test(trap);
      this.#fail(memory && job.request.call === "crate" ? "The crate needs more memory than the browser gives." : "mbgen stopped at this spec, which is a mistake of its own; the page goes on.");
      return;
    }
    clearTimeout(job.timer);
    this.#running = null;
    if (ok) job.resolve(typeof answer === "string" ? JSON.parse(answer) : answer);
    else job.reject(new Refusal(JSON.parse(answer)));
    this.#run();
  }

  #fail(sentence) {
    this.end(sentence);
    this.#run();
  }

  #expire(job) {
    if (this.#running !== job) return;
    const seconds = this.#limit / 1000;
    this.#fail(`This took more than ${seconds === 1 ? "a second" : `${seconds} seconds`} and was ended.`);
  }
}
