"""Tells perfbed of every request that Locust makes. Added from outside as a second locustfile (-f own.py,perfbed_recorder.py).

Waits for the fleet's common start, and writes one row for each request and iteration to $PERFBED_SAMPLES.
"""

import atexit
import csv
import os
import socket
import sys
import time

import gevent
from geventhttpclient.response import HTTPConnectionClosed
from locust import User, events
from locust.contrib import fasthttp
from locust.exception import CatchResponseError
from locust.user.task import DefaultTaskSet, TaskSet

COLUMNS = ["kind", "at_us", "duration_us", "first_byte_us", "status", "ok", "late_us", "bytes", "error", "journey", "step"]
START_FILE = os.environ["PERFBED_START_FILE"]
OUTPUT = open(os.environ["PERFBED_SAMPLES"], "w", buffering=1024 * 1024, newline="", encoding="utf-8")
ROWS = csv.writer(OUTPUT, lineterminator="\n")
ROWS.writerow(COLUMNS)


def microseconds(seconds):
    return round(seconds * 1e6)


def flush():
    if not OUTPUT.closed:
        OUTPUT.flush()


def flush_each_second():
    while True:
        gevent.sleep(1)
        flush()


# The common start ------------------------------------------------------------------------------------------------


def wait_for_start():
    """Says that everything is loaded, then waits for the instant that the start file names."""
    print("perfbed: ready", flush=True)
    while not os.path.exists(START_FILE):
        gevent.sleep(0.01)
    with open(START_FILE, encoding="ascii") as file:
        start = float(file.read()) / 1000
    gevent.sleep(max(0.0, start - time.time()))
    row("begin", time.time())
    flush()
    gevent.spawn(flush_each_second)
    return start


# Rows ------------------------------------------------------------------------------------------------------------


def row(kind, at, duration="", first_byte="", status="", ok="", late="", size="", error="", journey="", step=""):
    ROWS.writerow((kind, microseconds(at), duration, first_byte, status, ok, late, size, error, journey, step))


def current_user():
    """The user whose greenlet this is: Locust and the open model hand it to the greenlet as its first argument."""
    for argument in getattr(gevent.getcurrent(), "args", ()):
        if isinstance(argument, User):
            return argument
    return None


def journey_of(user):
    """A rendered journey has its own name, any other user that of its class."""
    return "" if user is None else getattr(user, "journey", "") or type(user).__name__


def causes(error):
    seen = []
    while error is not None and error not in seen:
        seen.append(error)
        error = error.__cause__ or error.__context__ or getattr(error, "reason", None)
        if not isinstance(error, BaseException):
            break
    return seen


def error_class(exception, status):
    if status >= 500:
        return "http-5xx"
    if status >= 400:
        return "http-4xx"
    if isinstance(exception, CatchResponseError) and status > 0:
        return "unexpected-status" if str(exception).startswith("status ") else "check-failed"
    if status > 0:
        return "unexpected-status" if isinstance(exception, fasthttp.FAILURE_EXCEPTIONS) else "check-failed"
    chain = causes(exception)
    text = " ".join(repr(error) for error in chain)
    for found, name in (
        (ConnectionRefusedError, "connection-refused"),
        (ConnectionResetError, "connection-reset"),
        (BrokenPipeError, "broken-pipe"),
        (socket.gaierror, "dns"),
        (TimeoutError, "timeout"),
        (gevent.Timeout, "timeout"),
        (HTTPConnectionClosed, "connection-reset"),
    ):
        if any(isinstance(error, found) for error in chain) or found.__name__ in text:
            return name
    if "timed out" in text:
        return "timeout"
    if "SSL" in text:
        return "tls"
    return "no-response"


@events.request.add_listener
def on_request(name, response_time, response_length, response=None, exception=None, start_time=None, context=None, **_):
    user = current_user()
    now = time.time()
    started = now - response_time / 1000 if start_time is None else start_time
    status = int(getattr(response, "status_code", 0) or 0)
    first_byte = ""
    at = getattr(gevent.getcurrent(), "perfbed_first_byte", None)
    if at is not None and started <= at and status > 0:
        first_byte = min(microseconds(at - started), round(response_time * 1000))
    elif status > 0 and hasattr(getattr(response, "elapsed", None), "total_seconds"):
        # The requests library of HttpUser: until the headers had been read.
        first_byte = min(microseconds(response.elapsed.total_seconds()), round(response_time * 1000))
    late = "" if user is None else user.__dict__.pop("perfbed_late", "")
    ok = exception is None
    row(
        "request",
        started,
        round(response_time * 1000),
        first_byte,
        status,
        int(ok),
        late,
        response_length,
        "" if ok else error_class(exception, status),
        journey_of(user),
        name,
    )


original_urlopen = fasthttp.LocustUserAgent._urlopen


def urlopen(agent, request):
    response = original_urlopen(agent, request)
    # The headers are there, the body is not read yet.
    gevent.getcurrent().perfbed_first_byte = time.time()
    return response


fasthttp.LocustUserAgent._urlopen = urlopen

# Iterations ------------------------------------------------------------------------------------------------------


def visit_started(user, late):
    if late is not None:
        user.perfbed_late = microseconds(late)
    row("start", time.time(), late=user.__dict__.get("perfbed_late", ""), journey=journey_of(user))


def visit_ended(user):
    row("end", time.time(), journey=journey_of(user))


def dropped(journey):
    row("drop", time.time(), journey=journey.journey)


def record_tasks(task_set):
    """Each task that a user runs is an iteration: for locustfiles with Locust's own, closed model."""
    execute = task_set.execute_task

    def execute_task(self, task):
        if isinstance(task, type):  # a nested task set: its own tasks count
            execute(self, task)
            return
        user = self.user
        row("start", time.time(), journey=journey_of(user))
        execute(self, task)
        row("end", time.time(), journey=journey_of(user))

    task_set.execute_task = execute_task


HELPER = sys.modules.get("perfbed_locust")
if HELPER is not None:
    HELPER._hooks.update(
        start=wait_for_start, visit_started=visit_started, visit_ended=visit_ended, dropped=dropped
    )
else:
    record_tasks(TaskSet)
    record_tasks(DefaultTaskSet)


@events.init.add_listener
def on_init(**_):
    if HELPER is None:
        wait_for_start()


@events.quit.add_listener
def on_quit(**_):
    flush()


atexit.register(flush)
