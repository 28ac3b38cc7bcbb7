

# Behind all that it needs of this module: `os` is not there yet when this is the first module that a program imports.
import os
