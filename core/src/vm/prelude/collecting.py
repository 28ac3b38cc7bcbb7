# gc.callbacks: what they raise is only reported.


def call_all(callbacks, start, generation, collected):
    import sys
    info = {"generation": generation, "collected": collected, "uncollectable": 0}
    for callback in list(callbacks):
        try:
            callback("start" if start else "stop", info)
        except BaseException:
            sys.excepthook(*sys.exc_info())


def let_finalizers_run():
    # They run at the next jump backwards, or call.
    for _ in 0, 1:
        pass
