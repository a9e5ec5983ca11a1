"""Receives a shop's webhooks with Python's standard library alone, 3.11 or newer. docs/webhooks.md says what it has to hold to.

    WEBHOOK_SECRET=whsec_… python3 receiver.py PORT [--state FILE] [--feed URL]

WEBHOOK_SECRET   the webhook's secret; while it rotates, both, with a space between them
--state FILE     remembers there what has come, and goes on from it after a restart
--feed URL       where missing deliveries are fetched: https://SHOP/api/v1/webhooks/ID/feed, with an API key in $TILLSTREAM_API_KEY
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE = 300  # seconds that a timestamp may be off: what is older was recorded and sent again by somebody
LARGEST = 2 << 20


def work(message, event):
    """Your work. Events that you don't know are to be passed by: there will be new ones."""
    print("event", message, event["event"], flush=True)


def verified(secrets, headers, body):
    """Whether one of the signatures was made with one of the secrets, over the exact bytes of the body, not long ago."""
    message, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message or not sent.isascii() or not sent.isdigit() or abs(time.time() - int(sent)) > TOLERANCE:
        return False
    good = False
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        expected = base64.b64encode(hmac.digest(key, f"{message}.{sent}.".encode() + body, hashlib.sha256))
        for signature in headers.get("webhook-signature", "").split():
            version, _, value = signature.partition(",")
            # compare_digest takes as long for a wrong signature as for a right one
            good |= version == "v1" and hmac.compare_digest(value.encode(), expected)
    return good


class Inbox:
    """What has come. Kept in a file here; yours belongs into the database, in the transaction of your work."""

    def __init__(self, file, feed):
        self.file, self.feed, self.lock = file, feed, threading.Lock()
        self.seen, self.complete, self.beyond = {}, 0, set()
        if file and os.path.exists(file):
            with open(file) as kept:
                state = json.load(kept)
            self.seen = dict.fromkeys(state["seen"])
            self.complete, self.beyond = state["complete"], set(state["beyond"])

    def take(self, message, sequence, event):
        with self.lock:
            if message in self.seen:
                print("duplicate", message, flush=True)
            else:
                work(message, event)
                self.seen[message] = None
                if len(self.seen) > 100_000:
                    del self.seen[next(iter(self.seen))]
            if sequence is not None and sequence > self.complete:
                self.beyond.add(sequence)
            self.keep()

    def lose(self, first):
        """What the shop no longer keeps: somebody has to know."""
        with self.lock:
            print("lost", self.complete + 1, "to", first - 1, flush=True)
            self.complete = first - 1
            self.beyond = {number for number in self.beyond if number > self.complete}
            self.keep()

    def keep(self):
        while self.complete + 1 in self.beyond:
            self.complete += 1
            self.beyond.discard(self.complete)
        if self.file:
            with open(self.file + ".next", "w") as kept:
                json.dump({"seen": list(self.seen), "complete": self.complete, "beyond": list(self.beyond)}, kept)
            os.replace(self.file + ".next", self.file)

    def fill(self):
        """Fetches what is missing below what has come. Deliveries overtake each other, so a gap isn't a loss at once."""
        with self.lock:
            after, until = self.complete, max(self.beyond, default=0)
        if not until:
            return
        print("gap after", after, flush=True)
        while self.feed and after < until:
            request = urllib.request.Request(
                f"{self.feed}?after={after}", headers={"X-API-Key": os.environ.get("TILLSTREAM_API_KEY", "")}
            )
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    page = json.load(answer)["data"]
            except urllib.error.HTTPError as refusal:
                if refusal.code != 410:
                    raise
                first = int(json.load(refusal)["error"]["details"]["first"][0])
                self.lose(first)
                after = first - 1
                continue
            for delivery in page["deliveries"]:
                self.take(delivery["message_id"], delivery["sequence"], delivery["body"])
            if not page["deliveries"]:
                return
            after = page["next_after"]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("port", type=int)
    arguments.add_argument("--state")
    arguments.add_argument("--feed")
    options = arguments.parse_args()
    secrets = os.environ["WEBHOOK_SECRET"].split()
    inbox = Inbox(options.state, options.feed)

    class Receiver(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length) if length <= LARGEST else b""
            if not verified(secrets, self.headers, body):
                print("refused", flush=True)
                return self.answer(401)
            sequence = self.headers.get("X-Tillstream-Sequence")  # tests and replays of history have none
            inbox.take(self.headers["webhook-id"], int(sequence) if sequence else None, json.loads(body))
            self.answer(204)

        def answer(self, status):
            self.send_response(status)
            self.send_header("Content-Length", "0")
            if status != 204:
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", options.port), Receiver)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("listening on port", server.server_port, flush=True)
    while True:
        time.sleep(2)
        try:
            inbox.fill()
        except OSError as failure:
            print("the feed can't be read:", failure, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
