#!/bin/sh
# Alerts inside of encrypted records.
exec /usr/bin/python3 -B "$(dirname "$0")/sealed.py"
