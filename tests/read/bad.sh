#!/bin/sh
# Captures that are cut, that lie, or that are none.
exec /usr/bin/python3 -B "$(dirname "$0")/bad.py"
