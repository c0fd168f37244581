#!/bin/sh
# What tshark, capturing the same run, sees: handshakes, alerts, records, processes.
exec /usr/bin/python3 -B "$(dirname "$0")/tshark.py"
