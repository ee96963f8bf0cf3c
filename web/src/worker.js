// Runs the module apart from the page, which stays responsive and can end it.

import { zipSync } from "fflate";

import { caller, textOf } from "./module.js";

let call = null;

onmessage = async ({ data }) => {
  if (data.module) {
    call = caller(await WebAssembly.instantiate(data.module, {}));
    postMessage({ ready: true });
    return;
  }
  const { id, request, bytes } = data;
  postMessage({ id, begun: true });
  try {
    const { ok, answer } = call(request, bytes);
    if (ok && request.call === "crate") {
      postMessage({ id, ok, answer: zipped(answer) });
    } else {
      postMessage({ id, ok, answer: textOf(answer) });
    }
  } catch (error) {
    postMessage({ id, trap: String(error?.message ?? error) });
  }
};

/** The files of a crate as a zip archive, in a folder of the package's name. */
function zipped(answer) {
  const end = answer.indexOf(10);
  const { files, package: name } = JSON.parse(textOf(answer.subarray(0, end)));
  const tree = {};
  let at = end + 1;
  for (const [path, length] of files) {
    tree[`${name}/${path}`] = answer.subarray(at, at + length);
    at += length;
  }
  // Always the same bytes: no time of day.
  return { name, zip: zipSync(tree, { level: 6, mtime: new Date(1980, 0, 1) }) };
}
