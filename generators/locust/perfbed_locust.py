"""Helper of locustfiles that perfbed renders: data, templates, responses and visits. No part of it depends on the scenario.

Who starts the visits, and when, is in perfbed_plans.py.
"""

import csv
import functools
import itertools
import json
import os
import re
import time
from urllib.parse import quote, unquote

import gevent
from locust import FastHttpUser

GENERATOR = int(os.environ.get("PERFBED_GENERATOR", "1"))
GENERATORS = int(os.environ.get("PERFBED_GENERATORS", "1"))
RUN = os.environ.get("PERFBED_RUN", "run")

# Data and templates ----------------------------------------------------------------------------------------------

_HERE = os.path.dirname(os.path.abspath(__file__))
_VARIABLE = re.compile(r"\$\{(\w+)\}")


def table(file):
    """The rows of a CSV file, one for each visit."""
    with open(os.path.join(_HERE, file), newline="", encoding="utf-8") as source:
        return list(csv.DictReader(source))


def rows(file):
    """The rows of a CSV file, one for each visit, from the first again when they are used up."""
    return itertools.cycle(table(file))


@functools.lru_cache
def content(file):
    """A file that is uploaded."""
    with open(os.path.join(_HERE, file), "rb") as source:
        return source.read()


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


def _pick(found, which):
    """The first, the last, or by a number of 0 to 1 any one of what was found; None where it is nothing."""
    if not found:
        return None
    if which in ("first", "last"):
        return found[0 if which == "first" else -1]
    return found[int(float(which) * len(found))]


def from_json(response, where, which="first"):
    """A value at a path of the JSON body (items.0.id, items.*.id); None where there is none."""
    try:
        found = [json.loads(response.text)]
    except (TypeError, ValueError):
        return None
    for part in where.split("."):
        found = [inner for value in found for inner in _members(value, part)]
    return _pick([value for value in found if value is not None], which)


def _members(value, part):
    if part == "*":
        return value if isinstance(value, list) else []
    try:
        return [value[int(part)] if isinstance(value, list) else value[part]]
    except (TypeError, ValueError, KeyError, IndexError):
        return []


def from_body(response, pattern, group=1, which="first"):
    """A capture group of a regular expression on the body, 0 for the whole match; None where it does not match."""
    found = _pick(list(re.finditer(pattern, response.text or "")), which)
    return None if found is None else found.group(group)


def from_header(response, name):
    return None if response.headers is None else response.headers.get(name)


def from_cookie(response, name):
    """Value of a cookie that the response sets; None where it sets none of that name."""
    found = from_header(response, "set-cookie") or []
    for cookie in [found] if isinstance(found, str) else found:
        if cookie.startswith(f"{name}="):
            return cookie[len(name) + 1 :].partition(";")[0]
    return None


# Visits ----------------------------------------------------------------------------------------------------------


class Visit(FastHttpUser):
    """One visitor of one journey. A subclass has a task `visit`; it runs once for each arrival."""

    abstract = True
    max_redirects = 0  # one step is one request
    network_timeout = 10.0
    connection_timeout = 10.0
    journey = ""
    data = None  # rows, one for each visit
    user_data = None  # rows, one for each user: what it keeps for all of its visits
    given = {}  # what all visits have in common
    row = None  # of this very visit, where the plan says it
    number = 0
    user_number = 0

    def __init__(self, environment):
        super().__init__(environment)
        self.own = {} if self.user_data is None else next(self.user_data)
        self.session = {}  # what the set-up has given

    def on_start(self):
        self.signed_in()

    def set_up(self, data):
        """Requests before the first visit of a user. False: they have failed."""

    def signed_in(self):
        """Makes the set-up once; False where it has failed: there is nothing to go on with."""
        if "data" not in self.session:
            data = dict(self.given)
            self.journey = "setup"  # that is what its requests are told as
            try:
                if self.set_up(data) is False:
                    return False
            finally:
                del self.journey
            self.session["data"] = data
        return True

    def next_data(self):
        """The data of this visit."""
        row = self.row or ({} if self.data is None else next(self.data))
        return {**self.given, **self.session.get("data", {}), **self.own, **row}

    def walk(self, data):
        """Makes the steps on the visit's way through its chain, with the pauses between them."""
        for word in data["path"].split("|"):
            if word.startswith("wait:"):
                self.pause(word[5:])
            elif getattr(self, word.replace("-", "_") + "_step")(data) is False:
                return  # nothing to go on with

    def redraw(self, data, *names):
        """What is drawn anew each time that a step of a chain is made."""
        for name in names:
            first, _, rest = data["each_" + name].partition("|")
            data["each_" + name] = rest
            data[name] = unquote(first)

    def pause(self, milliseconds):
        gevent.sleep(float(milliseconds) / 1000)

    def unique_id(self, prefix):
        """Unique across the whole fleet and across runs."""
        return f"{prefix}{RUN}-{GENERATOR}-{self.number}"

    def user_id(self, prefix):
        """The same for all visits of a user, and unique across the whole fleet and across runs."""
        return f"{prefix}{RUN}-{GENERATOR}-user-{self.user_number}"


# perfbed's recorder puts its own in their place; alone, the plan starts at once. Visits that were not planned cannot be late.
_hooks = {
    "start": time.time,
    "visit_started": lambda user, late: None,
    "visit_ended": lambda user: None,
    "dropped": lambda journey: print(f"no user free for {journey.__name__}"),
}
