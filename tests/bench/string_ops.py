"""String operations: building, splitting, replacing, searching, indexing."""

TEXT = "the quick brown fox jumps over the lazy dog and runs away from the angry bear"


def caesar(text, shift):
    out = []
    for character in text:
        if "a" <= character <= "z":
            out.append(chr((ord(character) - 97 + shift) % 26 + 97))
        else:
            out.append(character)
    return "".join(out)


def is_palindrome(text):
    left = 0
    right = len(text) - 1
    while left < right:
        if text[left] != text[right]:
            return False
        left += 1
        right -= 1
    return True


def main():
    text = TEXT
    for shift in range(40_000):
        text = caesar(text[:60], shift % 25 + 1)
    print(text)

    length = 0
    for i in range(300_000):
        words = TEXT.split()
        words.reverse()
        line = " ".join(words).replace("fox", "cat").upper().title()
        length += len(line) + line.find("The") + line.count("o")
        if line.startswith("Bear") and line.endswith("The"):
            length += 1
    print(length)

    palindromes = 0
    for number in range(1_000_000):
        if is_palindrome(str(number)):
            palindromes += 1
    print(palindromes)

    buffer = ""
    for i in range(1_000_000):
        buffer += "x" if i % 3 else "y"
    print(len(buffer), buffer.count("yx"))


main()
