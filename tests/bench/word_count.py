"""Word count in a generated text: split, strip, lower, dict counting, sorting."""

SYLLABLES = "ka to mi ra ne su lo vi da pe gu ho".split()


def generate(words):
    seed = 42
    out = []
    for i in range(words):
        seed = (seed * 1103515245 + 12345) % 2147483648
        word = SYLLABLES[seed % 12] + SYLLABLES[seed // 17 % 12]
        if seed & 64:
            word += SYLLABLES[seed // 101 % 12]
        if seed % 11 == 0:
            word = word.capitalize() + ","
        if i % 13 == 12:
            word += ".\n"
        out.append(word)
    return " ".join(out)


def count(text):
    counts = {}
    for line in text.splitlines():
        for word in line.split():
            word = word.strip(".,;").lower()
            if word in counts:
                counts[word] += 1
            else:
                counts[word] = 1
    return counts


def main():
    text = generate(900_000)
    for _ in range(5):
        counts = count(text)
    top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    print(len(text), len(counts), top[:5], top[-1])


main()
