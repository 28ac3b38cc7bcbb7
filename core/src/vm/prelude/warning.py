# Warnings that the VM gives. A filter may make an exception of them.


def warn(message, category):
    from warnings import warn
    warn(message, category, stacklevel=1)


def syntax_warnings(found, filename):
    from warnings import warn_explicit
    for message, line, column, end_line, end_column, text in found:
        try:
            warn_explicit(message, SyntaxWarning, filename, line)
        except SyntaxWarning:
            raise SyntaxError(message, (filename, line, column, text, end_line, end_column)) from None


def never_awaited(coroutine):
    from warnings import _warn_unawaited_coroutine
    _warn_unawaited_coroutine(coroutine)
