# exit: 1
def load():
    try:
        return {}["key"]
    except KeyError as e:
        raise RuntimeError("cannot load") from e
def main():
    try:
        load()
    except RuntimeError:
        1 / 0
main()
