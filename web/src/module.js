// The WebAssembly module: a request in, an answer out. See web/wasm/lib.rs for its side.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Makes the function that calls an instance: a request and perhaps bytes to `{ok, answer}`, bytes. */
export function caller({ exports }) {
  return (request, bytes) => {
    const header = encoder.encode(`${JSON.stringify(request)}\n`);
    const length = header.length + (bytes?.length ?? 0);
    const at = exports.alloc(length);
    const memory = new Uint8Array(exports.memory.buffer, at, length);
    memory.set(header);
    if (bytes) memory.set(bytes, header.length);
    const ok = exports.call() === 0;
    // Taken before the memory grows for another answer.
    const answer = new Uint8Array(exports.memory.buffer, exports.out_ptr(), exports.out_len()).slice();
    return { ok, answer };
  };
}

/** The text of an answer. */
export const textOf = (answer) => decoder.decode(answer);
