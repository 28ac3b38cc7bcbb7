"""The same on gevent, for comparison: python with_gevent.py PORT."""

from gevent import monkey

monkey.patch_all()

from threads import main

main()
