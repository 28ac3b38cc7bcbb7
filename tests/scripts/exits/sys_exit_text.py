# exit: 1
import sys
print("to stdout")
sys.exit("the message goes to stderr")
