"""Who starts the visits of locustfiles that perfbed renders, and when. No part of it depends on the scenario.

Locust's own users are a closed model: a slow server slows them down. Here visits start when the plan says so: one greenlet keeps the
plan, each visit runs in a greenlet of its own. Several processes share a plan, each with its own part of it.
"""

import heapq
import itertools
import time
import urllib.request

import gevent
from locust import User, task
from perfbed_locust import GENERATOR, GENERATORS, _hooks

# What all plans have in common -----------------------------------------------------------------------------------


def own_share(number):
    """This process's part of a number of users: the first processes have one more where it does not come out even."""
    return number // GENERATORS + (1 if GENERATOR <= number % GENERATORS else 0)


class Visitor:
    """A virtual user that makes visits of all journeys: one person, with one client."""

    def __init__(self, plan, number):
        self.visits = {journey.journey: journey(plan.environment) for journey in plan.journeys}
        first = next(iter(self.visits.values()))
        for visit in self.visits.values():
            visit.client, visit.session, visit.user_number = first.client, first.session, number


class Plan(User):
    """Starts the visits. It is the only user that Locust starts by itself (--users 1)."""

    abstract = True
    fixed_count = 1
    # Classes of visits.
    journeys = ()
    # Rows of the visits of all journeys; `journey` says whose.
    visits = None
    # Whether a user is the same person from visit to visit.
    keeps_cookies = False
    # Longest time that visits under way get at the end.
    grace_seconds = 30

    @task
    def run_plan(self):
        self.running = set()
        self.numbers = itertools.count(1)
        self.prepare()
        self.started_at = _hooks["start"]()
        self.make_visits()
        gevent.joinall(list(self.running), timeout=self.grace_seconds)
        gevent.killall(list(self.running))
        self.environment.runner.quit()
        gevent.sleep(3600)  # ended by quit

    def prepare(self):
        """Before the start."""

    def make_visits(self):
        """From the start to the end of the plan."""

    def now(self):
        """Seconds since the start."""
        return time.time() - self.started_at

    def sleep_until(self, seconds):
        gevent.sleep(max(0.0, seconds - self.now()))

    def begin(self, user, late=None, row=None, then=None):
        """Starts a visit. `late`: seconds behind the plan, where it has an instant for it."""
        if not self.keeps_cookies:
            user.client.cookiejar.clear()  # a new visitor
        user.number = next(self.numbers)
        user.row = row
        greenlet = gevent.spawn(self._visit, user, late, then)
        self.running.add(greenlet)
        return greenlet

    def _visit(self, user, late, then):
        _hooks["visit_started"](user, late)
        try:
            if user.signed_in():
                user.visit()
            _hooks["visit_ended"](user)
        finally:
            if then is not None:
                then()
            self.running.discard(gevent.getcurrent())


# Arrivals: visits start whatever became of those before ----------------------------------------------------------


class Curve:
    """Arrivals per second over time: from the rate before to that of the stage, in a line over its seconds."""

    def __init__(self, start, stages):
        self.pieces = []
        rate = start
        for seconds, target in stages:
            if seconds > 0:
                self.pieces.append((seconds, rate, target))
            rate = target
        self.seconds = sum(seconds for seconds, _, _ in self.pieces)

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


class OpenModel(Plan):
    """Each journey has its share of a curve."""

    abstract = True
    curve = None
    # {class: users that are ready and at most}, all processes together
    journeys = {}

    def prepare(self):
        self.free = {journey: [] for journey in self.journeys}
        self.made = dict.fromkeys(self.journeys, 0)
        self.users = itertools.count(1)
        for journey, (ready, _) in self.journeys.items():
            for _ in range(-(-ready // GENERATORS)):
                self.free[journey].append(self.new_user(journey))

    def new_user(self, journey):
        self.made[journey] += 1
        user = journey(self.environment)
        user.user_number = next(self.users)
        return user

    def make_visits(self):
        total = sum(journey.weight for journey in self.journeys)

        def arrivals(position, journey):
            for at in self.curve.instants(journey.weight / total):
                yield at, position, journey

        plan = heapq.merge(*itertools.starmap(arrivals, enumerate(self.journeys)), key=lambda arrival: arrival[:2])
        for at, _, journey in plan:
            self.sleep_until(at)
            free = self.free[journey]
            if free:
                user = free.pop()
            elif self.made[journey] < -(-self.journeys[journey][1] // GENERATORS):
                user = self.new_user(journey)
            else:
                _hooks["dropped"](journey)
                continue
            self.begin(user, self.now() - at, then=lambda free=free, user=user: free.append(user))
        self.sleep_until(self.curve.seconds)


class Arrivals(Plan):
    """Visits of all journeys, by any visitor that is free."""

    abstract = True
    # Visitors that are ready and at most, all processes together.
    visitors = (1, 1)

    def prepare(self):
        self.users = itertools.count(1)
        self.made = -(-self.visitors[0] // GENERATORS)
        self.free = [Visitor(self, next(self.users)) for _ in range(self.made)]

    def arrive(self, at, row):
        if not self.free:
            if self.made >= -(-self.visitors[1] // GENERATORS):
                _hooks["dropped"](next(journey for journey in self.journeys if journey.journey == row["journey"]))
                return
            self.made += 1
            self.free.append(Visitor(self, next(self.users)))
        visitor = self.free.pop()
        user = visitor.visits[row["journey"]]
        self.begin(user, self.now() - at, row, then=lambda: self.free.append(visitor))


class ArrivalTrace(Arrivals):
    """Recorded arrivals, each at its instant."""

    abstract = True
    seconds = 0

    def make_visits(self):
        for row in self.visits:
            at = float(row["due_ms"]) / 1000
            self.sleep_until(at)
            self.arrive(at, row)
        self.sleep_until(self.seconds)


class ExternalRate(Arrivals):
    """Arrivals at a rate that somebody else sets: a number in a file or the answer of an URL, read once a second."""

    abstract = True
    control = ""
    start_rate = 0.0
    max_rate = 0.0
    seconds = 0

    def read_rate(self):
        try:
            if self.control.startswith("/"):
                with open(self.control, encoding="utf-8") as file:
                    rate = float(file.read())
            else:
                with urllib.request.urlopen(self.control, timeout=2) as answer:
                    rate = float(answer.read())
        except (OSError, ValueError):
            return
        if 0 <= rate <= self.max_rate:
            self.rate = rate

    def keep_reading(self):
        while True:
            self.read_rate()
            gevent.sleep(1)

    def make_visits(self):
        self.rate = self.start_rate
        reader = gevent.spawn(self.keep_reading)
        # The n-th visit of all processes is due when the sum of the rate over time reaches n.
        due = GENERATOR
        area = at = 0.0
        while at < self.seconds:
            # The rate may change while it is waited for: at most for a tenth of a second.
            rate = self.rate
            left = (due - area) / rate if rate > 0 else 0.1
            step = min(left, 0.1, self.seconds - at)
            area += rate * step
            at += step
            self.sleep_until(at)
            if rate > 0 and left <= step:
                self.arrive(at, next(self.visits))
                due += GENERATORS
        reader.kill()


# Virtual users: a visit starts when the one before has ended -----------------------------------------------------


class ClosedModel(Plan):
    """Virtual users that visit again and again."""

    abstract = True
    # Pause after a visit; the visit's row may have one of its own.
    pause_ms = 0

    def live(self, visitor, until, visits=None):
        """A user's visits up to an instant, or so many of them."""
        for _ in itertools.count() if visits is None else range(visits):
            if self.now() >= until:
                return
            row = next(self.visits)
            self.begin(visitor.visits[row["journey"]], row=row).join()
            pause = float(row.get("pause_ms_after_visit") or self.pause_ms) / 1000
            gevent.sleep(max(0.0, min(pause, until - self.now())))


class VirtualUsers(ClosedModel):
    """A number of virtual users that changes over time."""

    abstract = True
    start_users = 0
    # (seconds, users at their end), in a line from the number before
    stages = []

    def spans(self, number):
        """From when to when the user of this number (from 1) is there: as long as the curve is at its number or above."""
        at, users = 0.0, self.start_users
        since = 0.0 if users >= number else None
        for seconds, target in self.stages:
            if since is None and target >= number:
                since = at + (seconds * (number - users) / (target - users) if seconds > 0 else 0.0)
            elif since is not None and target < number:
                # A falling curve loses its highest user when it comes down to the one below.
                yield since, at + (seconds * (users - number + 1) / (users - target) if seconds > 0 else 0.0)
                since = None
            at, users = at + seconds, target
        if since is not None:
            yield since, at

    def prepare(self):
        most = max([self.start_users] + [users for _, users in self.stages])
        self.visitors = {number: Visitor(self, number) for number in range(GENERATOR, most + 1, GENERATORS)}

    def be_there(self, visitor, number):
        for since, until in self.spans(number):
            self.sleep_until(since)
            self.live(visitor, until)

    def make_visits(self):
        for number, visitor in self.visitors.items():
            self.running.add(gevent.spawn(self.be_there, visitor, number))
        self.sleep_until(sum(seconds for seconds, _ in self.stages))


class IterationsPerUser(ClosedModel):
    """Virtual users that make a number of visits each."""

    abstract = True
    users = 1
    iterations = 1
    max_seconds = 0

    def prepare(self):
        self.visitors = [Visitor(self, number) for number in range(1, own_share(self.users) + 1)]

    def make_visits(self):
        users = [gevent.spawn(self.live, visitor, self.max_seconds, self.iterations) for visitor in self.visitors]
        self.running.update(users)
        gevent.joinall(users, timeout=max(0.0, self.max_seconds - self.now()))
