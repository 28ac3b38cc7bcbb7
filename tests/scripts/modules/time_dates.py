# Dates: struct_time, text of dates, the way there and back.

import time


def show(function, *arguments):
    try:
        print(function(*arguments))
    except Exception as error:
        print(type(error).__name__, error)


print("-- struct_time")
epoch = time.gmtime(0)
print(epoch, epoch.tm_gmtoff, len(epoch), epoch[:3], isinstance(epoch, tuple))
print(time.gmtime(-1), time.gmtime(1700000000.9), time.gmtime(2**33))
date = time.struct_time((2024, 1, 2, 3, 4, 5, 6, 7, 0))
print(date, date.tm_zone, date.tm_gmtoff, time.struct_time.n_fields, time.struct_time.n_sequence_fields)
full = time.struct_time((2024, 1, 2, 3, 4, 5, 6, 7, 0, "XYZ", 3600))
print(full, full.tm_zone, full.tm_gmtoff, full == date)
named = time.struct_time(range(9), {"tm_zone": "A"})
print(named.tm_zone, named.tm_gmtoff)
maker, parts = full.__reduce__()
print(maker is time.struct_time, parts, maker(*parts).tm_zone)
show(time.struct_time, (1, 2))
show(time.struct_time, range(12))
show(time.gmtime, "x")
show(time.gmtime, 1e30)
show(time.gmtime, float("nan"))

print("-- there and back")
for seconds in (0, 86399, 951782400, 1_700_000_000, 1_720_000_000, 4_000_000_000):
    local = time.localtime(seconds)
    assert time.mktime(local) == seconds, seconds
    assert time.mktime(tuple(local)) == seconds, seconds
    assert time.ctime(seconds) == time.asctime(local), seconds
    assert time.strftime("%z", local)[1:].isdigit(), seconds
show(time.mktime, (1, 2))
show(time.mktime, (2**40, 1, 1, 0, 0, 0, 0, 0, 0))
show(time.mktime, "x")
print(len(time.tzname), time.timezone % 60, time.altzone % 60, time.daylight in (0, 1))
time.tzset()

print("-- text")
moment = time.gmtime(1_234_567_890)
for format in ["%Y-%m-%d %H:%M:%S", "%a %A %b %B %d", "%I %p %y %j", "%U %W %w %u %G %V", "%c|%x|%X", "%D %F %T %R %e %C", "%% %n%t", ""]:
    print(repr(time.strftime(format, moment)))
print(time.strftime("%z", full), time.asctime(moment), time.strftime("%Z", full))
show(time.asctime, (2024, 13, 1, 0, 0, 0, 0, 1, 0))
show(time.strftime, "%Y", (2024, 1, 1, 25, 0, 0, 0, 1, 0))
show(time.strftime, 3)
show(time.asctime, (1, 2, 3))

print("-- clocks")
for name in ("time", "monotonic", "perf_counter", "process_time", "thread_time"):
    info = time.get_clock_info(name)
    print(name, info.implementation, info.monotonic, info.adjustable)
show(time.get_clock_info, "sundial")
show(time.clock_gettime, 99)
print(abs(time.clock_gettime(time.CLOCK_REALTIME) - time.time()) < 5, time.clock_gettime_ns(time.CLOCK_MONOTONIC) > 0, time.clock_getres(time.CLOCK_MONOTONIC))
