#!/bin/sh
# The same bytes over every link layer, IP and TCP that may carry them.
exec /usr/bin/python3 -B "$(dirname "$0")/tcp.py"
