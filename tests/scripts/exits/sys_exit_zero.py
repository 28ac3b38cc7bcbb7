import sys
try: sys.exit()
except SystemExit as e: print(repr(e), e.code)
try: sys.exit("text")
except SystemExit as e: print(e.code)
try: raise SystemExit(1, 2)
except SystemExit as e: print(e.code)
raise SystemExit
