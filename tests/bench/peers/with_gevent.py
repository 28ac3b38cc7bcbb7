"""Runs a program of tests/bench/threads on gevent: python with_gevent.py PROGRAM [SIZE]."""

import runpy
import sys

from gevent import monkey

monkey.patch_all()
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
