import sys
try: sys.exit(None)
finally: print("finally runs")
