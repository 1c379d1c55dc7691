"""Helper of locustfiles that perfbed renders. No part of it depends on the scenario.

Locust's own users are a closed model: a slow server slows them down. Here visits start when they are due, whatever became of the
ones before: one greenlet keeps the plan, each visit runs in a greenlet of its own.
"""

import csv
import heapq
import itertools
import json
import os
import re
import time
from urllib.parse import quote

import gevent
from locust import FastHttpUser, User, task

GENERATOR = int(os.environ.get("PERFBED_GENERATOR", "1"))
GENERATORS = int(os.environ.get("PERFBED_GENERATORS", "1"))
RUN = os.environ.get("PERFBED_RUN", "run")

# Data and templates ----------------------------------------------------------------------------------------------

_HERE = os.path.dirname(os.path.abspath(__file__))
_VARIABLE = re.compile(r"\$\{(\w+)\}")


def rows(file):
    """The rows of a CSV file, one for each visit, from the first again when they are used up."""
    with open(os.path.join(_HERE, file), newline="", encoding="utf-8") as source:
        return itertools.cycle(list(csv.DictReader(source)))


def _fill(template, data, convert):
    return _VARIABLE.sub(lambda found: convert(data[found.group(1)]), template)


def path(template, data):
    """Puts the visit's data into a path, percent-encoded."""
    return _fill(template, data, lambda value: quote(str(value), safe=""))


def text(template, data):
    """Puts the visit's data into a header or a body, as it is."""
    return _fill(template, data, str)


def json_text(template, data):
    """Puts the visit's data into JSON text, escaped."""
    return _fill(template, data, lambda value: json.dumps(str(value))[1:-1])


# Responses -------------------------------------------------------------------------------------------------------


def expect(response, condition, what):
    """A condition that does not hold makes the request a failed one; of several the first is told."""
    failed = isinstance(response._manual_result, Exception)
    if not condition and not failed and response.status_code != 0:
        response.failure(what)


def expect_status(response, *statuses):
    """These statuses are fine, all others are not."""
    if response.status_code in statuses:
        response.success()
    elif response.status_code != 0:
        response.failure(f"status {response.status_code}")


def from_json(response, where):
    """First value at a path of the JSON body (items.0.id, items.*.id); None where there is none."""
    try:
        found = [json.loads(response.text)]
    except (TypeError, ValueError):
        return None
    for part in where.split("."):
        found = [inner for value in found for inner in _members(value, part)]
    return next((value for value in found if value is not None), None)


def _members(value, part):
    if part == "*":
        return value if isinstance(value, list) else []
    try:
        return [value[int(part)] if isinstance(value, list) else value[part]]
    except (TypeError, ValueError, KeyError, IndexError):
        return []


def from_body(response, pattern, group=1):
    """A capture group of a regular expression on the body; None where it does not match."""
    found = re.search(pattern, response.text or "")
    return None if found is None else found.group(group)


def from_header(response, name):
    return None if response.headers is None else response.headers.get(name)


# Visits ----------------------------------------------------------------------------------------------------------


class Visit(FastHttpUser):
    """One visitor of one journey. A subclass has a task `visit`; it runs once for each arrival."""

    abstract = True
    max_redirects = 0  # one step is one request
    network_timeout = 10.0
    connection_timeout = 10.0
    journey = ""
    data = None
    number = 0

    def next_data(self):
        """The data of this visit."""
        return {} if self.data is None else dict(next(self.data))

    def pause(self, milliseconds):
        gevent.sleep(float(milliseconds) / 1000)

    def cookie(self, name):
        """Value of a cookie of this visit; None where there is none."""
        return next((cookie.value for cookie in self.client.cookiejar if cookie.name == name), None)

    def unique_id(self, prefix):
        """Unique across the whole fleet and across runs."""
        return f"{prefix}{RUN}-{GENERATOR}-{self.number}"


class Curve:
    """Arrivals per second over time: from the rate before to that of the stage, in a line over its seconds."""

    def __init__(self, start, stages):
        self.pieces = []
        rate = start
        for seconds, target in stages:
            if seconds > 0:
                self.pieces.append((seconds, rate, target))
            rate = target

    def instants(self, share):
        """When this process's arrivals of a share of the curve are due: the n-th one when the area under it reaches n."""
        due = GENERATOR
        area = begin = 0.0
        for seconds, first, last in self.pieces:
            first, last = first * share, last * share
            piece = (first + last) / 2 * seconds
            while due <= area + piece + 1e-6:
                wanted = max(due - area, 0.0)
                slope = (last - first) / seconds
                root = max(first * first + 2 * slope * wanted, 0.0) ** 0.5
                yield begin + min(2 * wanted / (first + root), seconds)
                due += GENERATORS
            area += piece
            begin += seconds


class OpenModel(User):
    """Starts the visits. It is the only user that Locust starts by itself (--users 1)."""

    abstract = True
    fixed_count = 1
    curve = None
    # {class: users that are ready and at most}, all processes together
    journeys = {}
    grace_seconds = 30

    @task
    def run_plan(self):
        free = {journey: [] for journey in self.journeys}
        made = dict.fromkeys(self.journeys, 0)
        running = set()
        total = sum(journey.weight for journey in self.journeys)
        number = itertools.count(1)

        def arrivals(position, journey):
            for at in self.curve.instants(journey.weight / total):
                yield at, position, journey

        plan = heapq.merge(*itertools.starmap(arrivals, enumerate(self.journeys)), key=lambda arrival: arrival[:2])
        for journey, (ready, _) in self.journeys.items():
            for _ in range(-(-ready // GENERATORS)):
                free[journey].append(journey(self.environment))
                made[journey] += 1

        started_at = _hooks["start"]()

        def visit(user, late):
            _hooks["visit_started"](user, late)
            try:
                user.visit()
                _hooks["visit_ended"](user)
            finally:
                free[type(user)].append(user)
                running.discard(gevent.getcurrent())

        for at, _, journey in plan:
            wait = started_at + at - time.time()
            if wait > 0:
                gevent.sleep(wait)
            if free[journey]:
                user = free[journey].pop()
            elif made[journey] < -(-self.journeys[journey][1] // GENERATORS):
                user = journey(self.environment)
                made[journey] += 1
            else:
                _hooks["dropped"](journey)
                continue
            user.client.cookiejar.clear()  # a new visitor
            user.number = next(number)
            running.add(gevent.spawn(visit, user, time.time() - started_at - at))

        end = started_at + sum(seconds for seconds, _, _ in self.curve.pieces)
        gevent.sleep(max(0.0, end - time.time()))
        gevent.joinall(list(running), timeout=self.grace_seconds)
        gevent.killall(list(running))
        self.environment.runner.quit()
        gevent.sleep(3600)  # ended by quit


# perfbed's recorder puts its own in their place; alone, the plan starts at once.
_hooks = {
    "start": time.time,
    "visit_started": lambda user, late: None,
    "visit_ended": lambda user: None,
    "dropped": lambda journey: print(f"no user free for {journey.__name__}"),
}
