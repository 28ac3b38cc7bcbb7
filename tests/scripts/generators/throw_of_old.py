"""throw() with more than an exception is an old form."""
import warnings


def count():
    yield 1


with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    made = count()
    next(made)
    try:
        made.throw(ValueError, ValueError("old"), None)
    except ValueError as error:
        print(error)
    made = count()
    next(made)
    try:
        made.throw(ValueError("new"))
    except ValueError as error:
        print(error)
print([(entry.category.__name__, str(entry.message)) for entry in caught])
