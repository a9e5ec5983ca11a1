"""Who calls in .ci/fuzz, and what the OpenAPI document can't say about an answer."""

import functools
import http.client
import json
import os
from urllib.parse import urlsplit

import schemathesis
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.openapi.checks import UnsupportedMethodResponse

URL = urlsplit(os.environ["TILLSTREAM_FUZZ_URL"])
COOKIE = "tillstream_session"
LOGIN = "/api/auth/login"
LOGOUT = "/api/auth/logout"


# Wrong passwords lock out the address that they come from, which the fuzzed logins do; so the right ones come from another.
SIGNS_IN = "127.0.0.2"


def sign_in():
    connection = http.client.HTTPConnection(URL.hostname, URL.port, timeout=20, source_address=(SIGNS_IN, 0))
    body = {"email": os.environ["TILLSTREAM_ADMIN_EMAIL"], "password": os.environ["TILLSTREAM_ADMIN_PASSWORD"]}
    connection.request("POST", LOGIN, json.dumps(body))
    answer = connection.getresponse()
    said = answer.read()
    assert answer.status == 200, said
    return answer.headers["Set-Cookie"].split(";")[0].removeprefix(COOKIE + "=")


def session_only(ctx):
    return ctx.operation.definition.raw.get("security") == [{"session": []}]


def takes_keys(ctx):
    return bool(ctx.operation.definition.raw.get("security")) and not session_only(ctx)


@schemathesis.auth().apply_to(takes_keys)
class Key:
    def get(self, case, ctx):
        return os.environ["TILLSTREAM_API_KEY"]

    def set(self, case, data, ctx):
        case.headers["Authorization"] = f"Bearer {data}"


class Session:
    def get(self, case, ctx):
        return sign_in()

    def set(self, case, data, ctx):
        case.cookies[COOKIE] = data
        case.headers["Origin"] = f"{URL.scheme}://{URL.netloc}"


# A logout ends the session that it is sent with, so that each of them needs its own.
schemathesis.auth(refresh_interval=3600).apply_to(lambda ctx: session_only(ctx) and ctx.operation.path != LOGOUT)(Session)
schemathesis.auth(refresh_interval=None).apply_to(path=LOGOUT)(Session)


@schemathesis.hook
def before_call(context, case, kwargs):
    # A read waits up to two seconds for the write that its token names, and made-up tokens name writes that never come.
    token = case.headers.get("X-Consistency-Token") if case.headers else None
    if isinstance(token, str) and token.isascii() and token.isdigit():
        case.headers["X-Consistency-Token"] = "1"
    # What made-up webhooks are told reaches nobody.
    if isinstance(case.body, dict) and str(case.body.get("url")).startswith("https://"):
        case.body["url"] = "https://receiver.invalid/hooks"
    # Whoever revoked or rotated the key in use would end the run.
    if case.path_parameters and case.path_parameters.get("id") == key_in_use():
        case.path_parameters["id"] = "00000000-0000-0000-0000-000000000000"


@functools.cache
def key_in_use():
    connection = http.client.HTTPConnection(URL.hostname, URL.port, timeout=20)
    connection.request("GET", "/api/v1/api-keys?limit=100&sort_order=asc", headers={"Cookie": f"{COOKIE}={sign_in()}"})
    keys = json.loads(connection.getresponse().read())["data"]
    return next(key["id"] for key in keys if os.environ["TILLSTREAM_API_KEY"].startswith(key["key_prefix"]))


# Taken for what comes nearest, as the reference API does it.
LENIENT = {"limit", "sort_order"}


@schemathesis.hook
def filter_failure(context, failure: Failure, case, response):
    if isinstance(failure, AcceptedNegativeData):
        return bool(negated(case) - LENIENT)
    # `/webhooks/events` beside `/webhooks/{id}`: for a method that only the latter has, `events` is an id, and a wrong one.
    return not (isinstance(failure, UnsupportedMethodResponse) and response.status_code == 400)


def negated(case):
    data = case.meta.phase.data
    names = {data.parameter} if data.parameter else {mutation.parameter for mutation in data.mutations}
    # An empty query parameter is as good as none.
    return {name for name in names if not (case.query and case.query.get(name) == "")}
