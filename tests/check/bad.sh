#!/bin/sh
# Wrong words, files and servers: one clear line each.
exec /usr/bin/python3 -B "$(dirname "$0")/bad.py"
