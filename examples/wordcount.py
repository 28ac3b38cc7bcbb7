"""Count the words of every text file below a folder with 1,000 threads.

    pyvm examples/wordcount.py DIR
    python3 examples/wordcount.py DIR

What to see: ordinary `threading.Thread` objects and one `queue.Queue`, no change for pyvm. CPython gives each
worker an OS thread; pyvm runs all thousand on one, and the output is the same to the byte.
"""

import os
import queue
import sys
import threading

WORKERS = 1000
SUFFIXES = (".py", ".txt", ".md", ".rst", ".toml", ".cfg", ".ini", ".json", ".html", ".c", ".h", ".rs")
PUNCTUATION = ".,;:!?()[]{}<>'\"`=*+-/\\#@&%$^|~_"


class Totals:
    """What all workers found, guarded by one lock."""

    def __init__(self):
        self.lock = threading.Lock()
        self.files = 0
        self.lines = 0
        self.characters = 0
        self.words = {}

    def add(self, files, lines, characters, words):
        with self.lock:
            self.files += files
            self.lines += lines
            self.characters += characters
            totals = self.words
            for word, count in words.items():
                totals[word] = totals.get(word, 0) + count


def count_words(text, words):
    """Adds the words of `text` (lower case, without punctuation around them) to `words`."""
    for word in text.lower().split():
        word = word.strip(PUNCTUATION)
        if word.isalpha():
            words[word] = words.get(word, 0) + 1


def worker(paths, totals):
    files = lines = characters = 0
    words = {}
    while True:
        path = paths.get()
        if path is None:
            break
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
        files += 1
        lines += text.count("\n")
        characters += len(text)
        count_words(text, words)
    totals.add(files, lines, characters, words)


def main():
    if len(sys.argv) != 2:
        print("usage: wordcount.py DIR", file=sys.stderr)
        return 2
    paths = queue.Queue()
    totals = Totals()
    threads = [threading.Thread(target=worker, args=(paths, totals)) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for folder, _folders, names in os.walk(sys.argv[1]):
        for name in names:
            if name.endswith(SUFFIXES):
                paths.put(os.path.join(folder, name))
    for _ in threads:
        paths.put(None)
    for thread in threads:
        thread.join()

    words = totals.words
    print(f"{totals.files} files, {totals.lines} lines, {totals.characters} characters")
    print(f"{sum(words.values())} words, {len(words)} different")
    for word, count in sorted(words.items(), key=lambda item: (-item[1], item[0]))[:25]:
        print(f"{count:10} {word}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
