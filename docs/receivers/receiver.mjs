// Receives a shop's webhooks with Node.js alone, 20 or newer. docs/webhooks.md says what it has to hold to.
//
//     WEBHOOK_SECRET=whsec_… node receiver.mjs PORT [--state FILE] [--feed URL]
//
// WEBHOOK_SECRET   the webhook's secret; while it rotates, both, with a space between them
// --state FILE     remembers there what has come, and goes on from it after a restart
// --feed URL       where missing deliveries are fetched: https://SHOP/api/v1/webhooks/ID/feed, with an API key in $TILLSTREAM_API_KEY

import { createHmac, timingSafeEqual } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { parseArgs } from "node:util";

const TOLERANCE = 300; // seconds that a timestamp may be off: what is older was recorded and sent again by somebody
const LARGEST = 2 << 20;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { state: { type: "string" }, feed: { type: "string" } },
});
const secrets = process.env.WEBHOOK_SECRET.split(" ");

/** Your work. Events that you don't know are to be passed by: there will be new ones. */
function work(message, event) {
  console.log("event", message, event.event);
}

/** Whether one of the signatures was made with one of the secrets, over the exact bytes of the body, not long ago. */
function verified(headers, body) {
  const message = headers["webhook-id"];
  const sent = headers["webhook-timestamp"] ?? "";
  if (!message || !/^\d{1,15}$/.test(sent) || Math.abs(Date.now() / 1000 - Number(sent)) > TOLERANCE) return false;
  let good = false;
  for (const secret of secrets) {
    const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
    const expected = createHmac("sha256", key).update(`${message}.${sent}.`).update(body).digest();
    for (const signature of (headers["webhook-signature"] ?? "").split(" ")) {
      const [version, value] = signature.split(",", 2);
      const given = Buffer.from(value ?? "", "base64");
      // timingSafeEqual takes as long for a wrong signature as for a right one; it wants equal lengths
      if (version === "v1" && given.length === expected.length && timingSafeEqual(given, expected)) good = true;
    }
  }
  return good;
}

// What has come. Kept in a file here; yours belongs into the database, in the transaction of your work.
const kept =
  options.state && existsSync(options.state) ? JSON.parse(readFileSync(options.state)) : { seen: [], complete: 0, beyond: [] };
const seen = new Set(kept.seen);
const beyond = new Set(kept.beyond);
let complete = kept.complete;

function take(message, sequence, event) {
  if (seen.has(message)) {
    console.log("duplicate", message);
  } else {
    work(message, event);
    seen.add(message);
    if (seen.size > 100_000) seen.delete(seen.values().next().value);
  }
  if (sequence !== undefined && sequence > complete) beyond.add(sequence);
  keep();
}

/** What the shop no longer keeps: somebody has to know. */
function lose(first) {
  console.log("lost", complete + 1, "to", first - 1);
  complete = first - 1;
  for (const number of beyond) if (number <= complete) beyond.delete(number);
  keep();
}

function keep() {
  while (beyond.delete(complete + 1)) complete++;
  if (options.state) {
    writeFileSync(options.state + ".next", JSON.stringify({ seen: [...seen], complete, beyond: [...beyond] }));
    renameSync(options.state + ".next", options.state);
  }
}

/** Fetches what is missing below what has come. Deliveries overtake each other, so a gap isn't a loss at once. */
async function fill() {
  const until = Math.max(0, ...beyond);
  if (until === 0) return;
  let after = complete;
  console.log("gap after", after);
  while (options.feed && after < until) {
    const answer = await fetch(`${options.feed}?after=${after}`, {
      headers: { "X-API-Key": process.env.TILLSTREAM_API_KEY ?? "" },
      signal: AbortSignal.timeout(30_000),
    });
    if (answer.status === 410) {
      const first = Number((await answer.json()).error.details.first[0]);
      lose(first);
      after = first - 1;
      continue;
    }
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    const page = (await answer.json()).data;
    for (const delivery of page.deliveries) take(delivery.message_id, delivery.sequence, delivery.body);
    if (page.deliveries.length === 0) return;
    after = page.next_after;
  }
}

const server = createServer((request, response) => {
  const chunks = [];
  let size = 0;
  request.on("data", (chunk) => {
    size += chunk.length;
    if (size <= LARGEST) chunks.push(chunk);
  });
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    if (request.method !== "POST" || size > LARGEST || !verified(request.headers, body)) {
      console.log("refused");
      response.writeHead(401).end();
      return;
    }
    const sequence = request.headers["x-tillstream-sequence"]; // tests and replays of history have none
    take(request.headers["webhook-id"], sequence === undefined ? undefined : Number(sequence), JSON.parse(body));
    response.writeHead(204).end();
  });
});
server.listen(Number(positionals[0]), "127.0.0.1", () => console.log("listening on port", server.address().port));

async function fillForEver() {
  await fill().catch((failure) => console.error("the feed can't be read:", failure.message));
  setTimeout(fillForEver, 2000);
}
setTimeout(fillForEver, 2000);
