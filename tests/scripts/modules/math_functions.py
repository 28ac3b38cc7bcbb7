import math
print(math.pi, math.e, math.tau, math.inf, math.nan)
print(math.sqrt(2), math.floor(-1.5), math.ceil(-1.5), math.trunc(-1.5), math.fabs(-2), math.factorial(20), math.gcd(12, 18, 24), math.lcm(4, 6), math.isqrt(10**30), math.comb(10, 3), math.perm(5, 2), math.copysign(1, -0.0), math.fmod(-7, 3), math.modf(-1.25), math.frexp(10), math.ldexp(0.5, 4), math.hypot(3, 4), math.dist((0, 0), (3, 4)), math.prod([1, 2, 3]), math.fsum([0.1] * 10))
print(math.isnan(math.nan), math.isinf(math.inf), math.isfinite(1), math.isclose(0.1 + 0.2, 0.3), math.exp(0), math.log(8, 2), math.log2(8), math.log10(1000), math.log(math.e), math.log1p(0), math.expm1(0), math.pow(2, 3), math.sin(0), math.cos(0), math.atan2(1, 1) == math.pi / 4, math.degrees(math.pi), math.radians(180) == math.pi, math.nextafter(1, 2), math.ulp(1.0), math.remainder(7, 3), math.log2(2**1000), math.log10(10**400))
for c in ("math.sqrt(-1)", "math.log(0)", "math.factorial(-1)", "math.factorial(1.5)", "math.acos(2)", "math.exp(1000)", "math.isqrt(-1)", "math.floor('a')", "math.comb(-1, 2)", "math.gcd(1.5)", "math.floor(math.nan)", "math.floor(math.inf)", "math.pow(0, -1)"):
    try: print(c, eval(c))
    except Exception as e: print(c, type(e).__name__)
