#!/bin/sh
# What a check tells of its connections is what a live trace tells of them.
exec /usr/bin/python3 -B "$(dirname "$0")/live.py"
