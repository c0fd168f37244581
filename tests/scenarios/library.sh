#!/bin/sh
# What the wire hides and the library tells.
exec /usr/bin/python3 -B "$(dirname "$0")/library.py"
