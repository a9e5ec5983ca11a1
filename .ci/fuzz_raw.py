"""What schemathesis doesn't send, to every operation of the OpenAPI document: bytes that are no JSON, JSON that no store could keep,
bodies over the limit, operators as keys and values, forged cursors and ids, odd headers and queries. Never a 5xx, always the
envelope and a documented status; and what was refused has left no event and no row behind."""

import base64
import http.client
import json
import os
import sys
from urllib.parse import quote

from schemathesis_hooks import COOKIE, LOGIN, LOGOUT, URL, sign_in

KEY = {"Authorization": "Bearer " + os.environ["TILLSTREAM_API_KEY"]}
SESSION = {"Cookie": f"{COOKIE}={sign_in()}", "Origin": f"{URL.scheme}://{URL.netloc}"}
NOBODY = "0199c0de-7a11-7000-8000-00000000ffff"
LIMIT = 1 << 20

# Refused wherever a body is read.
BODIES = {
    "not UTF-8": b'{"name": "\xff\xfe\xc0\x80"}',
    "UTF-16": '{"name": 1}'.encode("utf-16"),
    "null": b"null",
    "an array": b"[]",
    "a text": b'"{}"',
    "cut off": b'{"name": "x',
    "more after it": b"{} {}",
    "a key twice": b'{"name": "x", "name": "y"}',
    "a key twice, deeper": b'{"x": {"y": 1, "y": 2}}',
    "NUL in a text": b'{"unknown": "\\u0000"}',
    "NUL in a key": b'{"\\u0000": 1}',
    "half a pair": b'{"unknown": "\\ud800"}',
    "half a pair in a key": b'{"\\udc00": 1}',
    "deep arrays": b'{"unknown": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "1e400": b'{"unknown": 1e400}',
    "1e-400": b'{"unknown": 1e-400}',
    "1e999999999": b'{"unknown": 1e999999999}',
    "30 digits": b'{"unknown": 123456789012345678901234567890}',
    "2000 digits": b'{"unknown": ' + b"9" * 2_000 + b"}",
    "NaN": b'{"unknown": NaN}',
    "over the limit": b'{"unknown": "' + b"x" * LIMIT + b'"}',
}
# As a field's value: refused or taken as plain text.
OPERATORS = [{"$gt": ""}, {"$where": "sleep(5000)"}, [{"$ne": None}], "'; drop table events; --", "$where", "{{7*7}}", "\u202e", 10**18, -1, True]
QUERIES = ["", "%", "%zz", "%00", "%ff", "%ed%a0%80", "%7B%22$gt%22:%22%22%7D", quote("'; drop table events; --"), "9" * 400, "x" * 2_000, "-1", "1e400", "$where", "(((((((((((a*)*)*)*"]
IDS = ["null", "1", "%00", "%ff", "..%2f..%2fadmins", "%7B$ne:1%7D", quote("' or 1=1"), NOBODY + "0", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "x" * 2_000]
HEADERS = [
    {"If-Match": "garbage"}, {"If-Match": '"' + "9" * 400 + '"'}, {"If-Match": '","'}, {"If-Match": "W/"},
    {"Idempotency-Key": "x" * 256}, {"Idempotency-Key": ""}, {"Idempotency-Key": "a b"},
    {"X-Request-Id": "x" * 1_000}, {"X-Request-Id": "\xff\xfe"}, {"X-Tillstream-Mode": "production"}, {"X-Tillstream-Mode": ""},
    {"X-Consistency-Token": "-1"}, {"X-Consistency-Token": "9" * 400}, {"X-Consistency-Token": "1e3"},
    {"Accept": "garbage"}, {"Accept": "*/*;q=7"}, {"Accept": "application/xml"}, {"Accept-Language": "\xff"}, {"Content-Type": "garbage; ;="}, {"Content-Type": "text/event-stream"},
    {"Content-Encoding": "gzip"}, {"Cookie": "=;;=\xff"}, {"Last-Event-ID": "-1"}, {"Range": "bytes=9-1"}, {"X-Forwarded-For": "' or 1=1"},
]


def cursors():
    fields = {"field": "created_at", "value": "2026-03-06T09:29:43.378Z", "id": NOBODY, "direction": "desc"}
    wrong = [None, 1, True, [], {"$gt": ""}, "", "x" * 2_000, "\0", "\ud800", 10**40, "9999999999-01-01T00:00:00Z", "+999999999-12-31T23:59:59Z"]
    forged = [fields | {name: value} for name in fields for value in wrong] + [{}, [], None, "x", 1]
    yield from (base64.urlsafe_b64encode(json.dumps(f).encode()).decode().rstrip("=") for f in forged)
    yield base64.urlsafe_b64encode(b'{"field":"created_at","value":1e999999999,"id":"' + NOBODY.encode() + b'","direction":"desc"}').decode().rstrip("=")
    yield from ("x", "%00", "e30", "e30=", "A" * 5_000, base64.urlsafe_b64encode(b"[" * 3_000).decode())


class Fuzz:
    def __init__(self):
        self.connection = None
        self.sent = 0
        self.findings = []
        self.document = json.loads(self.send("GET", "/api/v1/openapi.json", {})[2])
        self.codes = set(self.document["components"]["schemas"]["Error"]["properties"]["error"]["properties"]["code"]["enum"])
        self.ids = {}

    def send(self, method, path, headers, body=None, chunked=False):
        """One request on a kept connection."""
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(URL.hostname, URL.port, timeout=15)
            try:
                if chunked:
                    self.connection.request(method, path, iter([body]), headers, encode_chunked=True)
                else:
                    self.connection.putrequest(method, path, skip_accept_encoding=True)
                    for name, value in headers.items():
                        self.connection.putheader(name, value.encode("latin-1"))
                    if body is not None:
                        self.connection.putheader("Content-Length", str(len(body)))
                    self.connection.endheaders(body)
                answer = self.connection.getresponse()
                result = answer.status, answer.headers, answer.read()
                if answer.will_close:
                    self.connection.close()
                    self.connection = None
                self.sent += 1
                return result
            except (http.client.RemoteDisconnected, ConnectionError, BrokenPipeError):
                self.connection.close()
                self.connection = None
                if attempt == 2:
                    raise

    def tried(self, what, operation, method, path, headers, body=None, refused=False, chunked=False):
        label = f"{method} {path[:150]}: {what}"
        try:
            status, answered, said = self.send(method, path, headers, body, chunked)
        except OSError as e:
            self.connection = None
            return self.findings.append(f"{label}: no answer ({e!r})")
        if status >= 500:
            self.findings.append(f"{label}: {status} {said[:300]}")
        elif refused and status < 400:
            self.findings.append(f"{label}: taken, with {status}")
        elif status >= 400 and not self.enveloped(answered, said):
            self.findings.append(f"{label}: {status} without the envelope: {said[:300]}")
        elif str(status) not in operation["responses"] and status not in (400, 404, 405):
            self.findings.append(f"{label}: {status} isn't documented")

    def enveloped(self, headers, said):
        try:
            error = json.loads(said)["error"]
            return error["code"] in self.codes and isinstance(error["message"], str) and headers["X-Request-Id"]
        except (ValueError, KeyError, TypeError):
            return False

    def operations(self):
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                if path not in (LOGIN, LOGOUT):
                    yield path, method.upper(), operation

    def caller(self, operation):
        security = operation.get("security")
        return {} if not security else SESSION if security == [{"session": []}] else KEY

    def at(self, path, last=None):
        """The path with ids of things that there are, or with another last id."""
        known = next((self.ids[p] for p in sorted(self.ids, reverse=True) if path.startswith(p + "/{")), NOBODY)
        names = [part for part in path.split("/") if part.startswith("{")]
        for name in names:
            path = path.replace(name, last if last is not None and name == names[-1] else known, 1)
        return path

    def make(self):
        """One of everything that the document's examples make."""
        for path, method, operation in self.operations():
            if method == "POST" and "{" not in path and "requestBody" in operation and "replays" not in path:
                example = operation["requestBody"]["content"]["application/json"]["example"]
                body = json.dumps(example | ({"url": "https://receiver.invalid/"} if "url" in example else {})).encode()
                said = json.loads(self.send(method, path, self.caller(operation), body)[2])
                if isinstance(said.get("data"), dict) and "id" in said["data"]:
                    self.ids[path] = said["data"]["id"]

    def holds(self):
        """How much is stored: events, and rows of each list."""
        events, cursor = 0, ""
        while cursor is not None:
            page = json.loads(self.send("GET", f"/api/v1/events?limit=100&cursor={cursor}", KEY)[2])
            events += len(page["data"])
            cursor = page["pagination"]["next_cursor"]
        rows = {}
        for path, method, operation in self.operations():
            if method == "GET" and "{" not in path and path.startswith("/api/v1/"):
                page = json.loads(self.send(method, path + "?limit=100", self.caller(operation))[2])
                if "pagination" in page:
                    rows[path] = page["pagination"].get("total", len(page["data"]))
        # Heads are signed whenever their time has come.
        del rows["/api/v1/events"], rows["/api/v1/events/heads"]
        return events, rows

    def refusals(self):
        for path, method, operation in self.operations():
            caller = self.caller(operation)
            if "requestBody" in operation:
                for what, body in BODIES.items():
                    self.tried(what, operation, method, self.at(path), caller, body, refused=True)
                self.tried("chunked over the limit", operation, method, self.at(path), caller, BODIES["over the limit"], True, True)
            if "{" in path:
                for wrong in IDS:
                    self.tried("id", operation, method, self.at(path, wrong), caller, b"{}", refused=method != "GET")

    def oddities(self):
        for path, method, operation in self.operations():
            caller = self.caller(operation)
            if method == "GET":
                names = [p["name"] for p in map(self.resolved, operation.get("parameters", [])) if p["in"] == "query"]
                for name in names + ["$where", "limit[$gt]"]:
                    for value in QUERIES:
                        self.tried("query", operation, method, f"{self.at(path)}?{name}={value}", caller)
                        self.tried("query", operation, method, f"{self.at(path)}?{name}={value}&{name}=1", caller)
                if "cursor" in names:
                    for cursor in cursors():
                        self.tried("cursor", operation, method, f"{self.at(path)}?cursor={cursor}", caller)
            for header in HEADERS:
                self.tried(f"header {header}", operation, method, self.at(path, NOBODY), caller | header)
            if "requestBody" in operation:
                schema = self.resolved(operation["requestBody"]["content"]["application/json"]["schema"])
                example = operation["requestBody"]["content"]["application/json"].get("example", {})
                for field in schema["properties"]:
                    for value in OPERATORS:
                        body = json.dumps(example | ({"url": "https://receiver.invalid/"} if "url" in example else {}) | {field: value})
                        self.tried(f"operator {field}", operation, method, self.at(path, NOBODY), caller, body.encode())
                for key in ("$where", "$set", "__proto__", "a.b", ""):
                    self.tried(f"key {key}", operation, method, self.at(path, NOBODY), caller, json.dumps({key: {"$gt": ""}}).encode())

    def resolved(self, node):
        while "$ref" in node:
            at = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                at = at[part]
            node = at
        return node


fuzz = Fuzz()
fuzz.make()
before = fuzz.holds()
fuzz.refusals()
after = fuzz.holds()
if before != after:
    fuzz.findings.append(f"What was refused changed something: {before} before, {after} after")
fuzz.oddities()
for finding in fuzz.findings[:100]:
    print("  " + finding)
print(f"{fuzz.sent} raw requests on {before[0]} events, {len(fuzz.findings)} findings")
sys.exit(1 if fuzz.findings else 0)
