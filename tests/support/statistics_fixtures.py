#!/usr/bin/python3
"""Prints tests/unit/statistics_fixtures.h: what model/statistics and model/scaling must find.

usage: statistics_fixtures.py >tests/unit/statistics_fixtures.h

Needs scipy (Debian: python3-scipy) and clang-format-14; the tests need neither. Means, deviations
and z-scores are computed in fractions and rounded once; t and p come from scipy.stats.ttest_ind,
the beta function from scipy.special.betainc, the fits from scipy.optimize.nnls.
"""

import contextlib
import io
import math
import platform
import random
import statistics
import subprocess
from fractions import Fraction

import numpy
import scipy
from scipy import optimize, special, stats

generator = random.Random(20)


def normal(mean, deviation, count, digits):
    return [round(generator.gauss(mean, deviation), digits) for _ in range(count)]


OFFSET_A = [1e9 + part / 1024 for part in (3, 1, 4, 1, 5, 9, 2, 6)]
OFFSET_B = [1e9 + part / 1024 for part in (7, 1, 8, 2, 8, 1, 8, 3)]

SAMPLES = {
    "one": [-2.5],
    "two": [3.0, 1.0],
    "unsorted_even": [12.0, 3.5, 8.25, 1.0, 30.0, 7.75],
    "unsorted_odd": [0.3, 0.1, 0.7, 0.2, 0.5],
    "negative": [-3.0, -1.5, -2.25, -8.0],
    "around_zero": [-1e-3, 2e-3, 0.0, -2e-3, 1.5e-3],
    "equal": [0.1] * 7,
    "one_far_off": [10.1, 9.9, 10.0, 10.2, 9.8, 10.05, 14.0],
    "two_far_off": [100.0, 101.0, 99.0, 100.5, 99.5, 180.0, 20.0, 100.25],
    "around_the_limit": [float(value) for value in range(11)]
    + [5 + 4 * z / 0.6745 for z in (3.4999, -3.4999, 3.5001, -3.5001)],
    "mostly_equal": [5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.5, 9.0],
    "offset": OFFSET_A,
    "tenths_offset": [1e9 + 0.1, 1e9 + 0.2, 1e9 + 0.3, 1e9 + 0.4],
    "huge": [1.5e308, 1.4e308, 1.7e308, 1.6e308],
    "huge_both_signs": [1e308, -1e308, 5e307, 2e307],
    "huge_negative": [-1e300, -3e300, 1.0],
    "tiny": [1e-300, 3e-300, 2e-300, 7e-300, 1e-299],
    "wide": [1e-12, 1.0, 1e6, 3e12, 2e3],
    "normal": normal(250, 12, 40, 3),
}

# Sums of the offset ones are exact, so that numpy does not round their means.
PAIRS = {
    "alike": ([10.1, 9.9, 10.3, 10.0, 10.2], [10.0, 10.4, 9.7, 10.1, 10.2]),
    "apart": (normal(21, 4, 6, 1), normal(25, 2, 7, 1)),
    "two_each": ([1.0, 2.0], [4.0, 9.0]),
    "two_and_many": ([140.0, 150.0], normal(120, 10, 30, 2)),
    "deviations_differ": (normal(50, 0.01, 12, 4), normal(51, 9, 9, 2)),
    "one_without_deviation": ([3.0, 3.0, 3.0], [1.0, 2.0, 2.5, 4.0]),
    "same_mean": ([1.0, 2.0, 3.0], [0.0, 2.0, 4.0]),
    "nearly_same_mean": ([1.0, 2.0, 3.0], [0.0, 2.0 + 2.0**-24, 4.0]),
    "far_apart": (normal(10, 0.1, 20, 3), normal(20, 0.1, 25, 3)),
    "very_far_apart": ([1.0, 1.5, 2.0], [1e6, 1e6 + 0.5, 1e6 + 1, 1e6 + 2.5]),
    "many": (normal(100, 15, 300, 2), normal(102, 14, 250, 2)),
    "offset": (OFFSET_A, OFFSET_B),
}

BETA = [
    (x, a, b)
    for a, b in ((0.5, 0.5), (1, 1), (1, 3), (2.5, 0.5), (4, 7.25), (0.01, 0.02), (30, 0.5), (12, 90),
                 (500, 0.5), (800, 1000))
    for x in (1e-9, 0.02, 0.3, 0.44, 0.5, 0.77, 0.99, 0.999999)
]

NOISE = (1.013, 0.982, 1.004, 0.991, 1.021, 0.986, 1.008, 0.997, 1.015, 0.979)
POWERS = (1, 2, 4, 8, 16, 32, 64)
MANY = (1, 3, 10, 30, 100, 300, 1000)


def usl(parameters, concurrency):
    scale, sigma, kappa = parameters
    return scale * concurrency / (
        1 + sigma * (concurrency - 1) + kappa * concurrency * (concurrency - 1)
    )


def noisy(parameters, concurrencies, strength=1):
    return [
        (n, usl(parameters, n) * (1 + strength * (NOISE[i % len(NOISE)] - 1)))
        for i, n in enumerate(concurrencies)
    ]


EXACT = {
    "usl": ((100.0, 0.05, 0.001), POWERS),
    "usl_without_sigma": ((40.0, 0.0, 0.002), POWERS),
    "amdahl": ((3.5, 0.02, 0.0), POWERS),
    "little_kappa": ((100.0, 0.05, 1e-7), POWERS),
    "linear": ((7.0, 0.0, 0.0), (1, 2, 3, 4, 5)),
    "constant": ((12.0, 1.0, 0.0), POWERS),
    "falling": ((9.0, 1.5, 0.0), POWERS),
    "falling_from_the_start": ((9.0, 0.5, 0.9), POWERS),
    "much_concurrency": ((1e-5, 0.003, 1e-6), MANY),
    "large_numbers": ((1e12, 0.1, 1e-4), MANY),
}

NOISY = {
    "noisy_usl": noisy((100.0, 0.05, 0.001), POWERS),
    "noisy_usl_many": noisy((5e6, 0.01, 2e-6), MANY),
    "noisy_usl_small": noisy((2e-7, 0.08, 3e-4), (1, 2, 3, 5, 7, 11, 13, 17, 19, 23)),
    "noisy_amdahl": noisy((20.0, 0.1, 0.0), POWERS, 3),
    "kappa_held_at_0": [(1, 10.0), (2, 17.0), (4, 26.0), (8, 38.0), (16, 60.0), (32, 110.0)],
    "sigma_held_at_0": [(1, 10.0), (2, 22.0), (4, 46.0), (8, 85.0), (16, 120.0), (32, 110.0)],
    "both_held_at_0": [(1, 10.0), (2, 23.0), (4, 50.0), (8, 110.0), (16, 230.0)],
    "repeated": noisy((100.0, 0.03, 0.0005), (1, 1, 1, 2, 2, 4, 4, 4, 8, 16, 16, 32)),
    "unsorted": noisy((60.0, 0.2, 0.004), (32, 1, 8, 2, 64, 4)),
    "not_from_one": noisy((60.0, 0.02, 0.0004), (10, 20, 30, 40, 50, 60)),
    "fractions": noisy((60.0, 0.02, 0.004), (1.5, 2.25, 7.75, 11.5, 20.25, 30)),
    "collapse": [(1, 50.0), (2, 30.0), (3, 20.0), (4, 14.0), (5, 11.0), (6, 8.0)],
}


def number(value):
    value = float(value)
    if not math.isfinite(value):
        raise ValueError("a fixture must be a number")
    return repr(value)


def numbers(values):
    return "{" + ", ".join(number(value) for value in values) + "}"


def fractions(values):
    return [Fraction(value) for value in values]


def z_scores(values):
    exact = fractions(values)
    median = statistics.median(exact)
    spread = statistics.median([abs(value - median) for value in exact])
    factor = Fraction("0.6745")
    if spread == 0:
        spread = sum(abs(value - median) for value in exact) / len(exact)
        factor = 1 / Fraction("1.253314")
    return [factor * (value - median) / spread if spread else Fraction(0) for value in exact]


def print_samples():
    for name, values in SAMPLES.items():
        print(f"static const double sample_{name}[] = {numbers(values)};")
        print(f"static const double sample_{name}_z[] = {numbers(z_scores(values))};")
    print(
        """
        static const struct {
            const char *name;
            const double *values;
            const double *z; /* modified z-scores of the values */
            size_t outliers;
            struct statistics expected;
        } sample_fixtures[] = {"""
    )
    for name, values in SAMPLES.items():
        exact = fractions(values)
        deviation = statistics.stdev(exact) if len(exact) > 1 else 0
        outliers = sum(abs(z) > Fraction("3.5") for z in z_scores(values))
        print(
            f'{{"{name}", sample_{name}, sample_{name}_z, {outliers},'
            f"{{.count = {len(values)}, .mean = {number(statistics.mean(exact))},"
            f".deviation = {number(deviation)}, .min = {number(min(values))},"
            f".max = {number(max(values))}, .median = {number(statistics.median(exact))}}}}},"
        )
    print("};")


def freedom(a, b):
    """Of Welch and Satterthwaite; scipy of this age does not tell its own."""
    parts = [statistics.variance(fractions(values)) / len(values) for values in (a, b)]
    return sum(parts) ** 2 / (parts[0] ** 2 / (len(a) - 1) + parts[1] ** 2 / (len(b) - 1))


def print_pairs():
    for name, (a, b) in PAIRS.items():
        print(f"static const double pair_{name}_a[] = {numbers(a)};")
        print(f"static const double pair_{name}_b[] = {numbers(b)};")
    print(
        """
        static const struct {
            const char *name;
            const double *a;
            size_t a_count;
            const double *b;
            size_t b_count;
            struct statistics_test expected;
        } pair_fixtures[] = {"""
    )
    for name, (a, b) in PAIRS.items():
        found = stats.ttest_ind(a, b, equal_var=False)
        degrees = float(freedom(a, b))
        assert math.isclose(found.pvalue, 2 * stats.t.sf(abs(found.statistic), degrees), rel_tol=1e-9)
        print(
            f'{{"{name}", pair_{name}_a, {len(a)}, pair_{name}_b, {len(b)},'
            f"{{.t = {number(found.statistic)}, .freedom = {number(degrees)},"
            f".p = {number(found.pvalue)}}}}},"
        )
    print("};")


def print_beta():
    print("static const struct { double x; double a; double b; double expected; }")
    print("beta_fixtures[] = {")
    for x, a, b in BETA:
        print("{" + ", ".join(number(value) for value in (x, a, b, special.betainc(a, b, x))) + "},")
    print("};")


def model_of(points, coefficients):
    scale = 1 / coefficients[0]
    sigma, kappa = coefficients[1] * scale, coefficients[2] * scale
    errors = [usl((scale, sigma, kappa), n) / x - 1 for n, x in points]
    error = math.sqrt(math.fsum(value * value for value in errors) / len(errors))
    return scale, sigma, kappa, error


def fit(points, terms):
    """N / X(N) = c0 + c1 (N - 1) + c2 N (N - 1), each equation divided by its N / X."""
    rows = [[value * x / n for value in (1, n - 1, n * (n - 1))[:terms]] for n, x in points]
    matrix = numpy.array(rows)
    lengths = numpy.linalg.norm(matrix, axis=0)
    found, _ = optimize.nnls(matrix / lengths, numpy.ones(len(points)))
    return model_of(points, list(found / lengths) + [0] * (3 - terms))


def peak(sigma, kappa):
    if kappa > 0:
        return max(1, math.sqrt(max(0, 1 - sigma) / kappa))
    return 1 if sigma > 1 else 0


def model(found):
    scale, sigma, kappa, error = found
    return (
        f"{{.lambda = {number(scale)}, .sigma = {number(sigma)}, .kappa = {number(kappa)},"
        f".peak = {number(peak(sigma, kappa))}, .error = {number(error)}}}"
    )


def print_fits():
    """Of exact data the truth is known, and nnls only has to agree."""
    fits = {}
    for name, (parameters, concurrencies) in EXACT.items():
        points = [(n, usl(parameters, n)) for n in concurrencies]
        assert numpy.allclose(fit(points, 3)[:3], parameters, rtol=1e-9, atol=1e-12)
        fits[name] = (points, (*parameters, 0))
    for name, points in NOISY.items():
        fits[name] = (points, fit(points, 3))
    for name, (points, _) in fits.items():
        pairs = ", ".join(f"{{{number(n)}, {number(x)}}}" for n, x in points)
        print(f"static const struct scaling_point points_{name}[] = {{{pairs}}};")
    print(
        """
        static const struct {
            const char *name;
            const struct scaling_point *points;
            size_t count;
            struct scaling_model usl;
            struct scaling_model amdahl;
        } fit_fixtures[] = {"""
    )
    for name, (points, found) in fits.items():
        amdahl = found if found[2] == 0 else fit(points, 2)
        print(f'{{"{name}", points_{name}, {len(points)}, {model(found)}, {model(amdahl)}}},')
    print("};")


def print_header():
    print(
        f"""/* Made by tests/support/statistics_fixtures.py with Python {platform.python_version()},
         * scipy {scipy.__version__} and numpy {numpy.__version__}: change that, not this. */
        #ifndef HAUL_TESTS_STATISTICS_FIXTURES_H
        #define HAUL_TESTS_STATISTICS_FIXTURES_H

        #include "model/scaling.h"
        #include "model/statistics.h"
        """
    )
    for part in (print_samples, print_pairs, print_beta, print_fits):
        part()
        print()
    print("#endif")


def main():
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        print_header()
    subprocess.run(
        ["clang-format-14", "--assume-filename=tests/unit/statistics_fixtures.h"],
        input=text.getvalue(), text=True, check=True,
    )


if __name__ == "__main__":
    main()
