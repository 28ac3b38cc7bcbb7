"""N-body: the five large bodies of the solar system, symplectic Euler steps."""

BODIES = [
    # position, velocity (days to years), mass (the sun's is 4 pi^2)
    ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], 39.47841760435743),
    ([4.84143144246472, -1.16032004402742, -0.103622044471123], [0.606326392995832, 2.81198684491626, -0.0252183616598876], 0.0376936749096),
    ([8.34336671824457, 4.12479856412430, -0.403523417114321], [-1.01077434617879, 1.82566237123041, 0.00841576137658415], 0.0112863261319688),
    ([12.8943695621391, -15.1111514016986, -0.223307578892655], [1.08279100644153, 0.868713018169608, -0.0108326374013636], 0.00172372405705971),
    ([15.3796971148509, -25.9193146099879, 0.179258772950371], [0.979090732243897, 0.594698998647676, -0.0347559555040781], 0.00203368686992463),
]


def pairs(items):
    return [(items[i], items[j]) for i in range(len(items)) for j in range(i + 1, len(items))]


def advance(bodies, couples, dt, steps):
    for _ in range(steps):
        for (place_a, speed_a, mass_a), (place_b, speed_b, mass_b) in couples:
            dx = place_a[0] - place_b[0]
            dy = place_a[1] - place_b[1]
            dz = place_a[2] - place_b[2]
            pull = dt * (dx * dx + dy * dy + dz * dz) ** -1.5
            toward_b = mass_b * pull
            toward_a = mass_a * pull
            speed_a[0] -= dx * toward_b
            speed_a[1] -= dy * toward_b
            speed_a[2] -= dz * toward_b
            speed_b[0] += dx * toward_a
            speed_b[1] += dy * toward_a
            speed_b[2] += dz * toward_a
        for place, speed, _mass in bodies:
            place[0] += dt * speed[0]
            place[1] += dt * speed[1]
            place[2] += dt * speed[2]


def energy(bodies, couples):
    total = 0.0
    for _place, (x, y, z), mass in bodies:
        total += 0.5 * mass * (x * x + y * y + z * z)
    for (place_a, _, mass_a), (place_b, _, mass_b) in couples:
        square = sum((a - b) ** 2 for a, b in zip(place_a, place_b))
        total -= mass_a * mass_b / square**0.5
    return total


def main():
    couples = pairs(BODIES)
    print(f"{energy(BODIES, couples):.6f}")
    advance(BODIES, couples, 0.01, 240_000)
    print(f"{energy(BODIES, couples):.6f}")


main()
