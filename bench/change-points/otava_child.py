"""Reads {"settings": {...}, "series": [[...], ...]} from stdin; prints the change points of each series and the seconds they took."""

import json
import sys
import time

from otava.analysis import compute_change_points


def main():
    task = json.load(sys.stdin)
    settings = task["settings"]
    # The first call pays for imports and caches; it is not measured, here as there.
    compute_change_points(list(task["series"][0]), **settings)
    indexes = []
    started = time.perf_counter()
    for series in task["series"]:
        found, _ = compute_change_points(list(series), **settings)
        indexes.append([int(point.index) for point in found])
    print(json.dumps({"seconds": time.perf_counter() - started, "indexes": indexes}))


if __name__ == "__main__":
    main()
