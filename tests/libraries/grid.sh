#!/usr/bin/env bash
# The failure grid, its short form: what the tests' own packages allow, in four cases. `make grid` plays all.
cd "$(dirname "$0")" || exit 1
/usr/bin/python3 -B table.py
export GRID_CASES=${GRID_CASES:-healthy,Finished,unknown CA,EOF} GRID_SHORT=1
exec /usr/bin/python3 -B grid.py "OpenSSL 3.0" "Python, a" Node curl nginx BoringSSL GnuTLS NSS Go
