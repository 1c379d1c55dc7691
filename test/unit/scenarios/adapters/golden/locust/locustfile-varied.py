"""Scenario varied: A chain, and everything that only some scenarios need.

Rendered by perfbed. The first 0 s are warm-up. Runs by itself as well:

    locust -f locustfile.py --headless --users 1 --host http://127.0.0.1:8080
"""

import os

from locust import task
from perfbed_locust import Visit, content, expect, from_body, from_json, path, rows, text
from perfbed_plans import IterationsPerUser

BACK_OFFICE_URL = os.environ["BACK_OFFICE_URL"]
GIVEN = {
    "env_PERFBED_TEST_TOKEN": os.environ["PERFBED_TEST_TOKEN"],
}


class WanderVisit(Visit):
    journey = "wander"
    weight = 2
    given = GIVEN

    @task
    def visit(self):
        data = self.next_data()
        self.walk(data)

    def home_step(self, data):
        self.client.get(path("/home?shelf=${shelf}", data), name="home")

    def many_step(self, data):
        self.redraw(data, "pick_item_at_many")
        with self.client.get("/many", name="many", catch_response=True) as response:
            data["item"] = from_json(response, "items.*.id", data["pick_item_at_many"])
            expect(response, data["item"] is not None, "no item")
        if data["item"] is None:
            return False  # nothing to go on with

    def look_up_step(self, data):
        self.client.get(path("/look-up/${shelf}", data), name="look-up")


class SendVisit(Visit):
    journey = "send"
    weight = 1
    given = GIVEN

    @task
    def visit(self):
        data = self.next_data()
        data["parcel"] = self.unique_id("p-")
        with self.client.post(path("/upload?of=${words_at_upload}", data), name="upload", files=[("parcel", (None, text("${parcel}", data))), ("label", ("label.txt", content("data/files/label.txt"), "text/plain"))], headers={"authorization": text("Bearer ${env_PERFBED_TEST_TOKEN}", data)}, catch_response=True) as response:
            data["whole"] = from_body(response, "\"(kind)\":\"(\\w+)\"", 0)
            expect(response, data["whole"] is not None, "no whole")
            data["second"] = from_body(response, "\"(kind)\":\"(\\w+)\"", 2)
            expect(response, data["second"] is not None, "no second")
            data["last"] = from_json(response, "items.*.id", "last")
            expect(response, data["last"] is not None, "no last")
            data["any"] = from_body(response, "\"(id)\":(\\d+)", 2, data["pick_any_at_upload"])
            expect(response, data["any"] is not None, "no any")
        if data["whole"] is None or data["second"] is None or data["last"] is None or data["any"] is None:
            return  # nothing to go on with
        self.client.get(BACK_OFFICE_URL + path("/found?whole=${whole}&second=${second}&last=${last}&any=${any}&of=${words_at_found}", data), name="found")


class VariedPlan(IterationsPerUser):
    journeys = (WanderVisit, SendVisit)
    visits = rows("data/visits.csv")
    users = 3  # of all processes together
    iterations = 12  # visits of each
    max_seconds = 20
    grace_seconds = 21
