// The site without a network: what was fetched once is kept, by what is in it, and is never older than the site.
//
// listing.json names every file of the site with the SHA-256 of its content. It is asked for whenever a page is opened;
// without a network the one kept counts. A file is answered from what is kept if that has the content listed, and is
// fetched otherwise. So after the site was built anew only what changed is fetched, and nothing old is handed out.
//
// JupyterLite's own worker, through which Python reaches the notebook's folder, stands in jupyterlite-worker.js. It is
// asked about everything that is left alone here.

const SITE = new URL("./", self.location), KEPT = `backprop-workbook:${SITE.pathname}`;
const LISTING = new URL("listing.json", SITE).href;
const news = new BroadcastChannel("backprop-workbook:site");
const SLICE = 300; // milliseconds for which files are kept, until the page says that there is time for more
const refused = new Set(); // what could not be had just now
let keeping = null; // a promise, while files are kept
let listing = null; // a promise of {files: address → SHA-256, ahead: [addresses that a page may need]}

const nothing = { files: {}, ahead: [] };
const placeOf = (sum) => new URL(`kept/${sum}`, SITE).href;

/** The listing as the server has it now, or as it was when the server could last be reached. */
async function newest() {
  const cache = await caches.open(KEPT);
  let answer;
  try {
    answer = await fetch(LISTING, { cache: "no-store" });
  } catch { // no network
    return (await (await cache.match(LISTING))?.json()) ?? nothing;
  }
  const found = answer.ok && await answer.clone().json().catch(() => null);
  if (!found) return nothing; // another site stands there now
  await cache.put(LISTING, answer);
  await forget(cache, found);
  return found;
}

/** Throw away what the site no longer has. */
async function forget(cache, { files }) {
  const there = new Set([LISTING, ...Object.values(files).map(placeOf)]);
  for (const { url } of await cache.keys()) if (!there.has(url)) await cache.delete(url);
}

/** How a request is called in the listing: its place in the site, or all of its address. */
function nameOf({ url }) {
  const { origin, pathname, href } = new URL(url);
  if (origin !== SITE.origin) return href;
  if (!pathname.startsWith(SITE.pathname)) return "";
  return decodeURIComponent(pathname.slice(SITE.pathname.length)).replace(/(^|\/)$/, "$1index.html");
}

async function answerTo(event, name) {
  if (event.request.mode === "navigate") listing = newest();
  const { files } = await (listing ??= newest()), sum = files[name];
  const kept = sum && (await (await caches.open(KEPT)).match(placeOf(sum)));
  if (kept) return kept;
  const answer = await (sum ? fetch(event.request.url, { cache: "no-cache" }) : fetch(event.request));
  if (sum && answer.ok) event.waitUntil(keep(answer.clone(), sum));
  return answer;
}

/** Keep an answer if its content is the one listed; whether it was. */
async function keep(answer, sum) {
  const bytes = await answer.arrayBuffer(), digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  if ([...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("") !== sum) return false;
  const type = answer.headers.get("Content-Type") ?? "application/octet-stream";
  await (await caches.open(KEPT)).put(placeOf(sum), new Response(bytes, { headers: { "Content-Type": type } }));
  return true;
}

/** Keep some of what a page may need, one file after the other, and tell how much there is, and whether there is more. */
async function keepSome() {
  const { files, ahead } = await (listing ??= newest()), cache = await caches.open(KEPT);
  const there = new Set((await cache.keys()).map(({ url }) => url)), until = performance.now() + SLICE;
  const lacking = () => ahead.filter((name) => !there.has(placeOf(files[name])));
  for (const name of lacking()) {
    if (performance.now() > until) break;
    if (refused.has(name)) continue;
    if (await keepOne(name, files[name]).catch(() => false)) there.add(placeOf(files[name]));
    else refused.add(name);
  }
  const lacks = lacking(), more = lacks.some((name) => !refused.has(name));
  if (!more) refused.clear(); // the next page may have more luck
  news.postMessage({ kept: ahead.length - lacks.length, of: ahead.length, more });
}

/** From the browser's own store where that has it as it is listed, or else from the server. */
async function keepOne(name, sum) {
  for (const cache of ["default", "reload"]) {
    const answer = await fetch(new URL(name, SITE), { cache });
    if (answer.ok && await keep(answer, sum)) return true;
  }
  return false;
}

self.addEventListener("fetch", (event) => {
  const name = event.request.method === "GET" ? nameOf(event.request) : "";
  if (!name || /(^|\/)api\/(drive|stdin|service-worker)/.test(name)) return;
  event.respondWith(answerTo(event, name));
  event.stopImmediatePropagation();
});

self.addEventListener("message", (event) => {
  if (event.data !== "keep" || keeping) return;
  keeping = keepSome().finally(() => { keeping = null; });
  event.waitUntil(keeping);
});

importScripts("jupyterlite-worker.js");
