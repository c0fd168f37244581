#!/bin/sh
# Many connections and much data.
exec /usr/bin/python3 -B "$(dirname "$0")/load.py"
