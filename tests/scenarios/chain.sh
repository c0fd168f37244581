#!/bin/sh
# Chains of certificates.
exec /usr/bin/python3 -B "$(dirname "$0")/chain.py"
