// Keeps one version of the page whole, so that it opens without a network. A newer one is fetched whole
// beside it and is what the next visit or reload shows; a page that is open keeps the files of its own,
// which are in a folder that is called after them.

const own = `mbgen ${registration.scope} `;
const version = `${own}{{version}}`;
const files = ["{{files}}"];

addEventListener("install", (event) => {
  skipWaiting();
  const fetched = files.map((path) => new Request(path, { cache: "reload" }));
  event.waitUntil(caches.open(version).then((cache) => cache.addAll(fetched)));
});

addEventListener("activate", (event) => {
  const clean = async () => {
    const others = (await caches.keys()).filter((name) => name.startsWith(own) && name !== version);
    // The version before this one may be open.
    await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
    await clients.claim();
  };
  event.waitUntil(clean());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  const page = request.mode === "navigate" && ["", "index.html"].includes(request.url.slice(registration.scope.length).split(/[?#]/)[0]);
  const known = page ? caches.open(version).then((cache) => cache.match("./")) : caches.match(request);
  event.respondWith(known.then((kept) => kept ?? fetch(request)));
});
