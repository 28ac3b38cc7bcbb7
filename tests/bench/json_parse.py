"""A JSON parser and writer in Python: character scanning, recursion, dicts and lists."""

ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "r": "\r"}
BLANKS = " \t\r\n"
NUMERIC = "+-0123456789.eE"


class Parser:
    def __init__(self, text):
        self.text = text
        self.place = 0

    def skip_blanks(self):
        text = self.text
        place = self.place
        while text[place] in BLANKS:
            place += 1
        self.place = place
        return text[place]

    def fail(self, expected):
        raise ValueError(f"expected {expected} at {self.place}")

    def value(self):
        character = self.skip_blanks()
        if character == '"':
            return self.string()
        if character == "{":
            return self.object()
        if character == "[":
            return self.array()
        if character == "-" or character.isdigit():
            return self.number()
        for word, meaning in (("true", True), ("false", False), ("null", None)):
            if self.text.startswith(word, self.place):
                self.place += len(word)
                return meaning
        self.fail("a value")

    def object(self):
        result = {}
        self.place += 1
        if self.skip_blanks() == "}":
            self.place += 1
            return result
        while True:
            if self.skip_blanks() != '"':
                self.fail("a key")
            key = self.string()
            if self.skip_blanks() != ":":
                self.fail("a colon")
            self.place += 1
            result[key] = self.value()
            character = self.skip_blanks()
            self.place += 1
            if character == "}":
                return result
            if character != ",":
                self.fail("a comma")

    def array(self):
        result = []
        self.place += 1
        if self.skip_blanks() == "]":
            self.place += 1
            return result
        while True:
            result.append(self.value())
            character = self.skip_blanks()
            self.place += 1
            if character == "]":
                return result
            if character != ",":
                self.fail("a comma")

    def string(self):
        text = self.text
        place = self.place + 1
        parts = []
        start = place
        while True:
            character = text[place]
            if character == '"':
                parts.append(text[start:place])
                self.place = place + 1
                return "".join(parts)
            if character == "\\":
                parts.append(text[start:place])
                code = text[place + 1]
                if code == "u":
                    parts.append(chr(int(text[place + 2 : place + 6], 16)))
                    place += 6
                else:
                    parts.append(ESCAPES[code])
                    place += 2
                start = place
            else:
                place += 1

    def number(self):
        text = self.text
        start = place = self.place
        while text[place] in NUMERIC:
            place += 1
        self.place = place
        digits = text[start:place]
        if "." in digits or "e" in digits or "E" in digits:
            return float(digits)
        return int(digits)


def write(value):
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ", ".join([write(key) + ": " + write(item) for key, item in value.items()]) + "}"
    return "[" + ", ".join([write(item) for item in value]) + "]"


def sample(entries):
    return [
        {
            "id": i,
            "name": f'entry "{i}"\n',
            "ratio": i / 7,
            "flags": [i % 2 == 0, None, i % 3 == 0],
            "nested": {"path": "a\\b\\c", "list": list(range(i % 6)), "empty": {}, "none": []},
        }
        for i in range(entries)
    ]


def main():
    document = sample(4000)
    text = write(document) + "\n"
    for _ in range(7):
        parsed = Parser(text).value()
        assert parsed == document
        text = write(parsed) + "\n"
    print(len(text), Parser(' {"a": [1, -2.5e3, "\\u0041\\n"], "b": true} ').value())
    try:
        Parser("[1 2]\n").value()
    except ValueError as error:
        print(error)


main()
