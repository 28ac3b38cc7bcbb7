"""Runs CPython's own tests with pyvm and writes a table in docs/conformance.md. Started by `.ci/conformance`; runs in the reference CPython.

    python3.13 tests/conformance/measure.py PYVM [--library] [TEST...]

The table is that of the language, or with `--library` that of the standard library. With TESTs only their rows are made anew. LIMIT in the environment
is the time for each file in seconds; LOGS a folder to keep the output in.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
TABLE = HERE.parent.parent / "docs" / "conformance.md"
END = "<!-- end of table -->\n"
HEAD = "| file | run | passed | failed | errors | skipped | excluded | passed of run | |\n|---|---|---|---|---|---|---|---|---|\n"


def data_lines(name):
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line


def exclusions():
    """Test IDs by file, as `excluded.txt` has them: `kind | ID | reason`."""
    found = {}
    for line in data_lines("excluded.txt"):
        kind, identity, reason = (part.strip() for part in line.split("|", 2))
        if kind not in ("implementation", "3.14") or not reason:
            sys.exit(f"excluded.txt: {line}")
        found.setdefault(identity.split(".")[0], []).append("test." + identity)
    return found


def records(path):
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return [line.partition(" ")[::2] for line in lines]


def environment_of(pyvm, folder):
    """Makes a virtual environment in which `test` is CPython's folder of tests, also for the isolated interpreters that tests start; its interpreter."""
    packages = folder / "lib" / "python3.14" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "test").symlink_to(os.path.join(os.path.dirname(os.__file__), "test"))
    (folder / "pyvenv.cfg").write_text(f"home = {os.path.dirname(pyvm)}\ninclude-system-site-packages = false\nversion = 3.14.0\n", encoding="utf-8")
    interpreter = folder / "bin" / "python"
    interpreter.parent.mkdir()
    interpreter.symlink_to(pyvm)
    return interpreter


def execute(interpreter, test, excluded, path, log, limit, **environment):
    command = [interpreter, HERE / "run.py", "test." + test, path, *excluded]
    environment = {**{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}, **environment}
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True) as process:
        try:
            return process.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            return None


def row(interpreter, test, excluded, logs, limit):
    path = logs / (test + ".record")
    path.unlink(missing_ok=True)
    with open(logs / (test + ".log"), "w") as log:
        status = execute(interpreter, test, excluded, path, log, limit)
    lines = records(path)
    remark = ""
    for what, reason in lines:
        if what == "module-skipped":
            return test, dict.fromkeys(("passed", "failed", "error", "skipped"), 0), len(excluded), f"skips itself: {reason}"
    planned = [identity for what, identity in lines if what == "plan"]
    if not planned:
        # It does not import: every test that CPython finds in it counts.
        with open(os.devnull, "w") as log:
            execute(sys.executable, test, excluded, path, log, limit, CONFORMANCE_PLAN="1")
        planned = [identity for what, identity in records(path) if what == "plan"]
        remark = "does not import"
    elif status is None:
        remark = f"stopped after {limit} s"
    elif not any(what == "end" for what, _ in lines):
        remark = f"ended with status {status}"
    counts = dict.fromkeys(("passed", "failed", "error", "skipped"), 0)
    done = 0
    whole = []
    for what, identity in lines:
        if what in counts:
            counts[what] += 1
            done += 1
        elif what.endswith("-all"):
            whole.append((what.removesuffix("-all"), identity))
    # What has no verdict of its own has that of its class or module, or was never reached.
    seen = {identity for what, identity in lines if what in counts}
    for identity in planned:
        if identity not in seen and done < len(planned):
            verdict = next((verdict for verdict, name in whole if identity.startswith(name)), "error")
            counts[verdict] += 1
            done += 1
    return test, counts, len(excluded), remark


def cells(name, counts, excluded, remark):
    ran = counts["passed"] + counts["failed"] + counts["error"]
    share = f"{100 * counts['passed'] / ran:.1f} %" if ran else ""
    numbers = (ran, counts["passed"], counts["failed"], counts["error"], counts["skipped"], excluded)
    return f"| {name} | {' | '.join(map(str, numbers))} | {share} | {remark} |\n"


def numbers(line):
    """Name, counts, excluded tests and remark of a row of the table."""
    name, _, passed, failed, error, skipped, excluded, _, remark = (cell.strip() for cell in line.strip("|\n").split("|"))
    counts = {"passed": int(passed), "failed": int(failed), "error": int(error), "skipped": int(skipped)}
    return name, counts, int(excluded), remark


def main():
    pyvm, *tests = sys.argv[1:]
    library = "--library" in tests[:1]
    del tests[:library]
    start = f"<!-- table: .ci/conformance{' --library' if library else ''} -->\n"
    limit = int(os.environ.get("LIMIT", 300))
    before, _, rest = TABLE.read_text(encoding="utf-8").partition(start)
    table, _, after = rest.partition(END)
    rows = {}
    for line in table.splitlines()[2:]:
        entry = numbers(line + "\n")
        rows[entry[0]] = entry
    excluded = exclusions()
    order = list(data_lines("library.txt" if library else "language.txt"))
    with tempfile.TemporaryDirectory() as scratch:
        logs = pathlib.Path(os.environ.get("LOGS", scratch))
        logs.mkdir(exist_ok=True)
        interpreter = environment_of(os.path.abspath(pyvm), pathlib.Path(scratch) / "environment")
        for test in tests or order:
            rows[test] = row(interpreter, test, excluded.get(test, []), logs, limit)
            print(cells(*rows[test]), end="", flush=True)
    listed = [rows[test] for test in order if test in rows]
    total = {key: sum(entry[1][key] for entry in listed) for key in ("passed", "failed", "error", "skipped")}
    last = cells("all", total, sum(entry[2] for entry in listed), "")
    print(last, end="")
    TABLE.write_text(before + start + HEAD + "".join(cells(*entry) for entry in listed) + last + END + after, encoding="utf-8")


main()
