"""argparse and logging."""
import argparse
import io
import logging
import sys

parser = argparse.ArgumentParser(prog="prog", description="Does things.")
parser.add_argument("files", nargs="*", help="what to read")
parser.add_argument("-n", "--number", type=int, default=3, metavar="N", help="how many (default: %(default)s)")
parser.add_argument("--verbose", "-v", action="count", default=0)
group = parser.add_mutually_exclusive_group()
group.add_argument("--on", action="store_true")
group.add_argument("--off", action="store_true")
print(parser.parse_args(["-n", "5", "-vv", "a", "b", "--on"]))
print(parser.parse_args([]))
parser.print_help()
try:
    parser.parse_args(["--number", "x"])
except SystemExit as end:
    print("exit", end.code)
sub = argparse.ArgumentParser(prog="git", exit_on_error=False)
commands = sub.add_subparsers(dest="command", required=True)
commit = commands.add_parser("commit", help="record")
commit.add_argument("-m", dest="message", choices=["a", "b"])
print(sub.parse_args(["commit", "-m", "a"]))

stream = io.StringIO()
handler = logging.StreamHandler(stream)
handler.setFormatter(logging.Formatter("%(levelname)s:%(name)s:%(message)s"))
log = logging.getLogger("app.part")
log.addHandler(handler)
log.setLevel(logging.INFO)
log.debug("hidden")
log.info("shown %d", 1)
log.warning("warned %(a)s", {"a": 2})
try:
    1 / 0
except ZeroDivisionError:
    log.exception("failed")
lines = stream.getvalue().splitlines()
print(lines[:3], lines[3], lines[-1])
print(log.isEnabledFor(logging.DEBUG), logging.getLevelName(40), log.parent.name, log.getEffectiveLevel())
logging.basicConfig(stream=sys.stdout, format="%(levelname)s %(message)s", level=logging.WARNING)
logging.error("root")
