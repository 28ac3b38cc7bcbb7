# Exception groups and except*.
eg = ExceptionGroup("g", [ValueError(1), KeyError("k"), ExceptionGroup("n", [TypeError("t"), ValueError(2)])])
print(repr(eg), eg.message, eg.exceptions[0], str(eg), len(eg.exceptions))
m, r = eg.split(ValueError)
print(repr(m), repr(r))
print(repr(eg.subgroup(TypeError)), eg.subgroup(OSError), repr(eg.subgroup(lambda e: isinstance(e, KeyError))), repr(eg.derive([OSError()])))
try: raise eg
except* ValueError as e: print("V", repr(e))
except* (TypeError, KeyError) as e: print("TK", repr(e))
else: print("no")
finally: print("finally")
try:
    try: raise eg
    except* ValueError: print("only V")
except ExceptionGroup as rest: print(repr(rest))
try: raise ValueError("naked")
except* ValueError as e: print(type(e).__name__, e.exceptions)
try:
    try: raise OSError("not matched")
    except* ValueError: print("no")
except OSError as e: print(repr(e))
try:
    try: raise ExceptionGroup("x", [ValueError(1), TypeError(2)])
    except* ValueError: raise KeyError("new")
    except* TypeError: pass
except BaseException as e: print(repr(e), repr(e.__context__))
try:
    try: raise ExceptionGroup("x", [ValueError(1), TypeError(2)])
    except* ValueError as v: raise
    except* TypeError as t: raise OSError("t") from t
except BaseException as e: print(repr(e))
try: pass
except* ValueError: print("no")
else: print("else")
for bad in ("ExceptionGroup('m', [])", "ExceptionGroup('m', [5])", "ExceptionGroup('m', 5)", "ExceptionGroup('m', [KeyboardInterrupt()])", "ExceptionGroup(5, [ValueError()])", "ExceptionGroup('m')", "BaseExceptionGroup('m', [ValueError])"):
    try: print(eval(bad))
    except (TypeError, ValueError) as e: print(type(e).__name__, e)
print(type(BaseExceptionGroup("m", [ValueError()])).__name__, type(BaseExceptionGroup("m", [KeyboardInterrupt()])).__name__)
class MyGroup(ExceptionGroup):
    def derive(self, excs): return MyGroup(self.message + "!", excs)
m, r = MyGroup("mine", [ValueError(), KeyError()]).split(ValueError)
print(repr(m), repr(r))
def f():
    for i in range(3):
        try: raise ExceptionGroup("loop", [ValueError(i)])
        except* ValueError as e:
            print(i, e.exceptions[0], end="; ")
    print()
f()
try:
    try: raise ValueError
    except* ExceptionGroup: pass
except TypeError as e: print(e)
print(issubclass(ExceptionGroup, Exception), issubclass(ExceptionGroup, BaseExceptionGroup), issubclass(BaseExceptionGroup, Exception))
try:
    try: raise ExceptionGroup("outer", [ExceptionGroup("in", [ValueError(1)]), ValueError(2)])
    except* ValueError as e: print(repr(e), e.__context__)
except Exception: print("no")
eg = ExceptionGroup("notes", [ValueError()]); eg.add_note("n"); print(eg.subgroup(ValueError).__notes__)
