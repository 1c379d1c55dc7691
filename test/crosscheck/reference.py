"""Makes the reference values in test/fixtures/reference with other people's libraries. Run by hand, so that the tests need no Python:

    python3 -m venv /tmp/reference && /tmp/reference/bin/pip install -r test/crosscheck/requirements.txt
    /tmp/reference/bin/python test/crosscheck/reference.py
    npx biome format --write test/fixtures/reference

Inputs are seeded and rounded, so that the files are the same on every machine.
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from otava.analysis import compute_change_points, compute_change_points_orig
from scipy import stats
from scipy.optimize import brentq, minimize, minimize_scalar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestIndPower, TTestPower
from statsmodels.stats.proportion import proportion_confint
from statsmodels.tsa.stattools import acf

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "reference"
LIBRARIES = ["numpy", "scipy", "statsmodels", "apache-otava"]


def rounded(values, digits=5):
    return [round(float(value), digits) for value in values]


def distributions():
    dfs = [1, 2, 3.7, 7, 9, 18, 29, 57.3, 199]
    return {
        "tQuantile": [[p, df, stats.t.ppf(p, df)] for df in dfs for p in (0.001, 0.025, 0.3, 0.51, 0.8, 0.95, 0.975, 0.9999)],
        "tSurvival": [[t, df, stats.t.sf(t, df)] for df in dfs for t in (-3, -0.2, 0, 0.4, 1.7, 2.3, 6, 25)],
        "normalQuantile": [[p, stats.norm.ppf(p)] for p in (1e-9, 0.01, 0.2, 0.5, 0.9, 0.999)],
        "betaQuantile": [[p, a, b, stats.beta.ppf(p, a, b)] for p in (0.025, 0.5, 0.975) for a, b in ((1, 60), (4, 57), (30.5, 2))],
        "clopperPearson": [[k, n, *proportion_confint(k, n, alpha=0.05, method="beta")] for k, n in ((0, 60), (1, 60), (3, 60), (59, 60), (60, 60), (97, 2000))],
    }


def paired(random):
    cases = []
    for n in (3, 5, 8, 10, 17, 30):
        differences = rounded(random.normal(0.05, 0.08, n))
        tests = {name: stats.ttest_1samp(differences, 0, alternative=name) for name in ("greater", "less", "two-sided")}
        interval = tests["two-sided"].confidence_interval(0.95)
        cases.append({
            "differences": differences,
            "estimate": float(np.mean(differences)),
            "lower": interval.low, "upper": interval.high,
            "pGreater": tests["greater"].pvalue, "pLess": tests["less"].pvalue, "pTwoSided": tests["two-sided"].pvalue,
        })
    return cases


def welch(random):
    cases = []
    for n, m in ((3, 3), (4, 9), (10, 10), (25, 8)):
        baseline = rounded(random.normal(5.0, 0.05, n))
        candidate = rounded(random.normal(5.08, 0.15, m))
        tests = {name: stats.ttest_ind(candidate, baseline, equal_var=False, alternative=name) for name in ("greater", "less", "two-sided")}
        interval = tests["two-sided"].confidence_interval(0.9)
        cases.append({
            "baseline": baseline, "candidate": candidate,
            "estimate": float(np.mean(candidate) - np.mean(baseline)), "df": tests["two-sided"].df,
            "lower": interval.low, "upper": interval.high,
            "pGreater": tests["greater"].pvalue, "pLess": tests["less"].pvalue, "pTwoSided": tests["two-sided"].pvalue,
        })
    return cases


def wilcoxon(random):
    """Without ties SciPy's exact distribution; with ties and zeros its exact permutation distribution (every sign tried)."""
    cases = []
    for n in (4, 6, 8, 12, 20, 25):
        cases.append((rounded(random.normal(0.05, 0.08, n)), "exact"))
    everything = stats.PermutationMethod(n_resamples=np.inf)
    cases.append(([0.1, 0.1, -0.1, 0.2, 0.2, 0.3, -0.05, 0.05], everything))
    cases.append(([0.1, 0.0, -0.1, 0.2, 0.2, 0.0, 0.3, 0.1, 0.4], everything))
    cases.append(([0.25] * 8, everything))
    cases.append((rounded(random.normal(0.05, 0.08, 12), 2), everything))
    result = []
    for differences, method in cases:
        p = {name: stats.wilcoxon(differences, zero_method="wilcox", alternative=name, method=method).pvalue for name in ("greater", "less")}
        walsh = [(a + b) / 2 for i, a in enumerate(differences) for b in differences[i:]]
        result.append({"differences": differences, "pGreater": p["greater"], "pLess": p["less"], "estimate": float(np.median(walsh))})
    return result


def corrections(random):
    cases = []
    for p in ([0.01, 0.04, 0.03, 0.005], [0.5], [0.2, 0.2, 0.01, 0.9, 0.04], rounded(random.uniform(0, 1, 25) ** 3)):
        cases.append({"p": p, "holm": multipletests(p, method="holm")[1].tolist(), "benjaminiHochberg": multipletests(p, method="fdr_bh")[1].tolist()})
    return cases


def power():
    one, two = TTestPower(), TTestIndPower()
    points = [(d, n, a) for d in (0.2, 0.7, 1.3, 2.5) for n in (3, 8, 10, 20) for a in (0.05, 0.05 / 15)]
    return {
        "paired": [[d, n, a, float(one.power(d, n, a, alternative="larger"))] for d, n, a in points],
        "unpaired": [[d, n, a, float(two.power(d, n, a, alternative="larger"))] for d, n, a in points],
        # solve_power stops at 1e-6 of the power; its own power function solved further.
        "detectable": [[n, a, brentq(lambda d: one.power(d, n, a, alternative="larger") - 0.8, 0.01, 10, xtol=1e-12)] for n in (8, 10, 20) for a in (0.05, 0.01)],
        "pairs": [[d, a, p, float(one.solve_power(effect_size=d, alpha=a, power=p, alternative="larger"))] for d in (0.5, 0.9, 1.4) for a in (0.05, 0.01) for p in (0.8, 0.9)],
    }


def order(random):
    cases = []
    for n in (5, 10, 24):
        values = rounded(random.normal(0, 0.1, n) + np.linspace(0, 0.1, n))
        trend = stats.linregress(range(n), values)
        cases.append({"values": values, "lag1": float(acf(values, nlags=1)[1]), "slope": trend.slope, "slopeP": trend.pvalue})
    return cases


def quantiles(random):
    cases = []
    for n in (2, 11, 200, 1000):
        values = rounded(np.exp(random.normal(4, 0.6, n)), 3)
        cases.append({"values": values, "quantiles": [[p, float(np.quantile(values, p))] for p in (0, 0.5, 0.9, 0.95, 0.99, 0.999, 1)]})
    return cases


def steps(random, sizes, levels, noise):
    return rounded(np.concatenate([random.normal(level, noise, size) for size, level in zip(sizes, levels)]), 4)


def change_point_series(random):
    yield "one clear step", steps(random, (30, 30), (100, 120), 2)
    yield "no change", steps(random, (80,), (100,), 3)
    yield "up and down again", steps(random, (40, 25, 40), (100, 115, 100), 3)
    yield "five levels", steps(random, (40, 30, 60, 35, 50), (200, 230, 190, 200, 260), 5)
    yield "small step in much noise", steps(random, (100, 100), (100, 103), 4)
    yield "steps close to each other", steps(random, (20, 6, 20, 5, 30), (50, 60, 50, 65, 55), 1)
    yield "step without noise", [10.0] * 25 + [12.0] * 25
    yield "constant", [7.0] * 40
    yield "three values", [1.0, 1.0, 5.0]
    yield "outliers, no step", [v * (3 if i % 17 == 0 else 1) for i, v in enumerate(steps(random, (90,), (50,), 1))]
    yield "slow drift", rounded(np.linspace(100, 120, 120) + random.normal(0, 1, 120), 4)
    yield "500 points, eight steps", steps(random, (60, 50, 70, 40, 90, 60, 50, 80), (100, 108, 96, 104, 112, 100, 91, 99), 2.5)
    for number in range(12):
        count = int(random.integers(1, 5))
        sizes = random.integers(8, 60, count + 1)
        levels = 100 * np.exp(np.cumsum(random.normal(0, 0.12, count + 1)))
        yield f"random steps {number + 1}", steps(random, sizes, levels, float(random.uniform(0.5, 6)))


SETTINGS = [(50, 0.001, 0.0), (30, 0.01, 0.0), (50, 0.001, 0.05), (20, 0.05, 0.0)]


def change_points(random):
    cases = []
    for name, series in change_point_series(random):
        results = []
        for window, p, magnitude in SETTINGS:
            found, _ = compute_change_points(list(series), window_len=window, max_pvalue=p, min_magnitude=magnitude)
            results.append({
                "windowLength": window, "maxPValue": p, "minMagnitude": magnitude,
                "changePoints": [
                    {"index": int(c.index), "meanBefore": float(c.stats.mean_1), "meanAfter": float(c.stats.mean_2), "p": float(c.stats.pvalue)}
                    for c in found
                ],
            })
        cases.append({"name": name, "series": series, "results": results})
    return cases


def original_edivisive(random):
    """Only series whose answer does not hang on the permutations drawn."""
    cases = []
    for name, series in (
        ("one step", steps(random, (25, 25), (100, 130), 2)),
        ("two steps", steps(random, (30, 20, 30), (100, 140, 90), 3)),
        ("none", steps(random, (40,), (100,), 3)),
    ):
        answers = {tuple(int(c.index) for c in compute_change_points_orig(list(series), max_pvalue=0.01, seed=seed)[0]) for seed in range(5)}
        assert len(answers) == 1, (name, answers)
        cases.append({"name": name, "series": series, "maxPValue": 0.01, "indexes": list(answers.pop())})
    return cases


def lognormal_intervals(random):
    """Grouped observations, and the lognormal that makes them most likely: Nelder-Mead on the likelihood of the intervals."""
    cases = []
    for mu, sigma, step, n in ((1.2, 0.8, 1, 5000), (3.0, 0.5, 1, 2000), (-0.3, 1.1, 1, 3000), (0.5, 1.0, 0.001, 400)):
        steps = np.round(np.exp(random.normal(mu, sigma, n)) / step)
        found, counts = np.unique(steps, return_counts=True)
        low, high = np.maximum(0, (found - 0.5) * step), (found + 0.5) * step

        def loss(parameters):
            z = [(np.log(np.where(ends > 0, ends, 1)) - parameters[0]) / np.exp(parameters[1]) for ends in (low, high)]
            below = np.where(low > 0, stats.norm.cdf(z[0]), 0)
            return -np.sum(counts * np.log(np.maximum(1e-300, stats.norm.cdf(z[1]) - below)))

        best = minimize(loss, [mu, np.log(sigma)], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9, "maxiter": 5000})
        cases.append({
            "intervals": [[float(round(a, 6)), float(round(b, 6)), int(c)] for a, b, c in zip(low, high, counts)],
            "mu": float(best.x[0]), "sigma": float(np.exp(best.x[1])),
        })
    return cases


def zipf_ranks(random):
    """Counts by rank, and the exponent that makes them most likely."""
    cases = []
    for exponent, items, n in ((0.7, 200, 30000), (1.0, 60, 5000), (1.6, 40, 20000)):
        ranks = np.arange(1, items + 1)
        weights = ranks ** -exponent
        counts = np.sort(random.multinomial(n, weights / weights.sum()))[::-1]
        certain = counts[counts >= 10]
        used = certain if len(certain) >= 20 else counts[counts > 0]
        k = np.arange(1, len(used) + 1)
        best = minimize_scalar(lambda s: s * np.sum(used * np.log(k)) + used.sum() * np.log(np.sum(k ** -s)), bounds=(0, 6), method="bounded", options={"xatol": 1e-12})
        cases.append({"counts": [int(c) for c in counts], "exponent": float(best.x)})
    return cases


def write(name, content):
    made_by = {library: version(library) for library in LIBRARIES}
    (FOLDER / name).write_text(json.dumps({"madeBy": made_by, **content}, separators=(",", ":")) + "\n")


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(20261124)
    write("statistics.json", {
        "distributions": distributions(),
        "paired": paired(random),
        "welch": welch(random),
        "wilcoxon": wilcoxon(random),
        "corrections": corrections(random),
        "power": power(),
        "order": order(random),
    })
    write("quantiles.json", {"cases": quantiles(np.random.default_rng(7))})
    write("traffic.json", {
        "lognormal": lognormal_intervals(np.random.default_rng(11)),
        "zipf": zipf_ranks(np.random.default_rng(12)),
    })
    write("change-points.json", {"cases": change_points(random), "original": original_edivisive(random)})


if __name__ == "__main__":
    main()
