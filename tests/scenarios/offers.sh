#!/bin/sh
# Offers and certificates that one end refuses.
exec /usr/bin/python3 -B "$(dirname "$0")/offers.py"
