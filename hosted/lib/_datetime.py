"""The native half of datetime, which is Python here."""

from _pydatetime import *
from _pydatetime import __doc__
