"""Mandelbrot set: nested float loops with an early exit."""


def escape_time(c_real, c_imaginary, limit):
    real = imaginary = 0.0
    for step in range(limit):
        real_square = real * real
        imaginary_square = imaginary * imaginary
        if real_square + imaginary_square > 4.0:
            return step
        imaginary = 2.0 * real * imaginary + c_imaginary
        real = real_square - imaginary_square + c_real
    return limit


def run(width, height, limit):
    checksum = 0
    inside = 0
    for row in range(height):
        y = 2.4 * row / height - 1.2
        for column in range(width):
            steps = escape_time(3.2 * column / width - 2.2, y, limit)
            if steps == limit:
                inside += 1
            checksum = (checksum * 31 + steps) % 1_000_003
    return inside, checksum


print(run(520, 420, 200))
