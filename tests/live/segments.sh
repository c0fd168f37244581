#!/bin/sh
# Records cut over segments in every way.
exec /usr/bin/python3 -B "$(dirname "$0")/segments.py"
