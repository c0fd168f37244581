#!/bin/sh
# What left one end is not what arrived at the other.
exec /usr/bin/python3 -B "$(dirname "$0")/altered.py"
