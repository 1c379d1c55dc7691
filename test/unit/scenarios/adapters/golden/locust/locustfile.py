"""Scenario shop: A small shop, to be read.

Rendered by perfbed. The first 5 s are warm-up. Runs by itself as well:

    locust -f locustfile.py --headless --users 1 --host http://127.0.0.1:8080
"""

from locust import task
from perfbed_locust import Visit, expect, expect_status, from_header, from_json, json_text, path, rows, text
from perfbed_plans import Curve, OpenModel


class BrowseVisit(Visit):
    journey = "browse"
    weight = 2
    data = rows("data/browse.csv")

    @task
    def visit(self):
        data = self.next_data()
        self.client.get(path("/search?q=${words}", data), name="search")
        self.pause(data["pause_ms_search"])
        with self.client.get(path("/products/${product}", data), name="product", catch_response=True) as response:
            expect(response, "price" in (response.text or ""), "no price")


class CheckOutVisit(Visit):
    journey = "check-out"
    weight = 1

    @task
    def visit(self):
        data = self.next_data()
        data["order"] = self.unique_id("o-")
        with self.client.post("/carts", name="cart", data=json_text('{"order": "${order}"}', data), headers={"content-type": "application/json"}, catch_response=True) as response:
            expect_status(response, 201)
            data["cart"] = from_json(response, "items.0.id")
            expect(response, data["cart"] is not None, "no cart")
            data["token"] = from_header(response, "x-token")
            expect(response, data["token"] is not None, "no token")
        if data["cart"] is None or data["token"] is None:
            return  # nothing to go on with
        self.pause(500)
        with self.client.put(path("/carts/${cart}/payment", data), name="pay", headers={"x-token": text("${token}", data)}, catch_response=True) as response:
            expect(response, from_json(response, "paid") == True, "paid is not true")


class ShopArrivals(OpenModel):
    # Visits per second of all processes together; the first stages are the warm-up.
    curve = Curve(
        start=1,
        stages=[
            (5, 3),  # warm-up
            (10, 9),  # ramp
            (0, 30),  # spike
            (2.5, 30),  # spike
        ],
    )
    # Visitors that are made beforehand, and at most.
    journeys = {
        BrowseVisit: (43, 160),
        CheckOutVisit: (17, 70),
    }
    grace_seconds = 22
