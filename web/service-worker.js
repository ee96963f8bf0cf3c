// Keeps one version of the page whole, so that it opens without a network. Another version is fetched
// whole beside it and takes its place when no page of this one is open.

const version = "mbgen-{{version}}";
const files = ["{{files}}"];

addEventListener("install", (event) => {
  const fetched = files.map((path) => new Request(path, { cache: "reload" }));
  event.waitUntil(caches.open(version).then((cache) => cache.addAll(fetched)));
});

addEventListener("activate", (event) => {
  const others = caches.keys().then((names) => names.filter((name) => name.startsWith("mbgen-") && name !== version));
  event.waitUntil(others.then((names) => Promise.all(names.map((name) => caches.delete(name)))));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  const page = request.mode === "navigate" && ["", "index.html"].includes(request.url.slice(registration.scope.length).split(/[?#]/)[0]);
  const known = caches.open(version).then((cache) => cache.match(page ? "./" : request));
  event.respondWith(known.then((kept) => kept ?? fetch(request)));
});
