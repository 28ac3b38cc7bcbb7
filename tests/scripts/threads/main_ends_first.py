# The main thread ends while a call of another one blocks the operating system's thread that the program began on.
import os, threading, time
source, sink = os.pipe()
def reads():
    print("read", os.read(source, 1))
def writes():
    time.sleep(0.1)
    os.write(sink, b"x")
threading.Thread(target=reads).start()
threading.Thread(target=writes).start()
time.sleep(0.05)
print("main ends")
