#!/usr/bin/env python3
"""Checks proofs of a Tillstream shop (docs/proofs.md) with Python's standard library, 3.8 or newer.

    verify_proof.py SOURCE [--kept FILE] [--key ID]

SOURCE  an answer of /api/v1/events/<id>/proof or /api/v1/events/heads: a file, - for the standard input, or the address itself,
        which is fetched with the API key in $TILLSTREAM_API_KEY
--kept  a head that you kept: a file with one as JSON, or a heads file, whose last line counts. The heads in SOURCE have to
        lead back to it: fetch them by /api/v1/events/heads?from_size=<its size>&limit=1
--key   the id of the key that has to have signed

Prints what holds. The exit status is 0 if all of it does, else 1.
"""

import argparse
import hashlib
import json
import os
import sys
import urllib.request

# --- the tree: RFC 6962, checked as RFC 9162 says (2.1.3.2 and 2.1.4.2)

COLUMNS = "position event_id aggregate_type aggregate_id sequence type revision time metadata payload".split()


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf(row):
    fields = [str(row[column]).encode() for column in COLUMNS]
    return sha256(b"\0" + b"".join(b"%d:%s," % (len(field), field) for field in fields))


def node(left, right):
    return sha256(b"\1" + left + right)


def included(leaf_hash, index, size, path, root):
    at, last, here = index, size - 1, leaf_hash
    for sibling in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            here = node(sibling, here)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            here = node(here, sibling)
        at, last = at >> 1, last >> 1
    return 0 <= index < size and last == 0 and here == root


def consistent(old_size, old_root, new_size, new_root, proof):
    if old_size == new_size:
        return not proof and old_root == new_root
    if not 0 < old_size < new_size:
        return False
    at, last = old_size - 1, new_size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    if old_size & (old_size - 1) == 0:
        proof = [old_root] + proof
    if not proof:
        return False
    old = new = proof[0]
    for sibling in proof[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node(sibling, old), node(sibling, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node(new, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


# --- signatures: Ed25519 (RFC 8032), slow and short; a library's does as well

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    k = D * x1 * x2 * y1 * y2 % P
    return (x1 * y2 + x2 * y1) * pow(1 + k, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - k, -1, P) % P


def times(n, point):
    total = (0, 1)
    while n:
        if n & 1:
            total = add(total, point)
        point, n = add(point, point), n >> 1
    return total


def decode(data):
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or y >= P:
        raise ValueError("no point")
    return (x if x & 1 == sign else -x % P), y


def signed(public_key, text, signature):
    if len(public_key) != 32 or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + public_key + text).digest(), "little") % ORDER
    base = decode((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    try:
        return s < ORDER and times(s, base) == add(decode(signature[:32]), times(h, decode(public_key)))
    except ValueError:
        return False


# --- what is checked


def head_holds(head, key):
    text = "tillstream tree head v1\n{size}\n{last_position}\n{root}\n{time}\n{key_id}\n".format(**head).encode()
    public_key = bytes.fromhex(head["public_key"])
    return (
        sha256(public_key).hex() == head["key_id"]
        and key in (None, head["key_id"])
        and signed(public_key, text, bytes.fromhex(head["signature"]))
    )


def hashes(texts):
    return [bytes.fromhex(text) for text in texts]


def check(answer, kept, key):
    """Yields what was checked, and whether it holds."""
    known = {}
    if kept:
        yield "the kept head of %d events is signed" % kept["size"], head_holds(kept, key)
        known[kept["size"]] = kept["root"]
    if isinstance(answer, dict):
        head, row = answer["head"], answer["row"]
        yield "the head of %d events, of %s, is signed" % (head["size"], head["time"]), head_holds(head, key)
        path, root = hashes(answer["inclusion"]), bytes.fromhex(head["root"])
        ok = head["size"] == answer["tree_size"] and included(leaf(row), answer["leaf_index"], head["size"], path, root)
        yield "event %s at position %d is in it" % (row["event_id"], row["position"]), ok
        if kept:
            yield "it is the kept head", head["size"] == kept["size"] and head["root"] == kept["root"]
        return
    if not answer:
        yield "there are heads", False
    linked = not kept
    for head in sorted(answer, key=lambda head: head["size"]):
        yield "the head of %d events, of %s, is signed" % (head["size"], head["time"]), head_holds(head, key)
        old, root = head["previous_size"], head["root"]
        if old in known:
            proof = hashes(head["consistency"])
            ok = consistent(old, bytes.fromhex(known[old]), head["size"], bytes.fromhex(root), proof)
            yield "its history begins with that of the head of %d" % old, ok
            linked = linked or old == kept["size"]
        if kept and head["size"] == kept["size"]:
            yield "it is the kept head", root == kept["root"]
            linked = True
        known.setdefault(head["size"], root)
    if kept:
        yield "something leads back to the kept head", bool(linked)


def read(source):
    if source.startswith(("http://", "https://")):
        headers = {"Authorization": "Bearer " + os.environ.get("TILLSTREAM_API_KEY", "")}
        with urllib.request.urlopen(urllib.request.Request(source, headers=headers)) as answer:
            return answer.read().decode()
    if source == "-":
        return sys.stdin.read()
    with open(source, encoding="utf-8") as file:
        return file.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", metavar="SOURCE")
    parser.add_argument("--kept", metavar="FILE")
    parser.add_argument("--key", metavar="ID")
    options = parser.parse_args()
    answer = json.loads(read(options.source))
    kept = json.loads(read(options.kept).strip().splitlines()[-1]) if options.kept else None
    good = True
    for what, holds in check(answer.get("data", answer) if isinstance(answer, dict) else answer, kept, options.key):
        print(("ok    " if holds else "WRONG ") + what)
        good = good and holds
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
