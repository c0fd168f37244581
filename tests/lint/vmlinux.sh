#!/bin/sh
# vmlinux.sh - the running kernel has every member that vmlinux.h names.
cd "$(dirname "$0")/../.." || exit 1
if ! [ -r /sys/kernel/btf/vmlinux ]; then
	echo "ok - vmlinux.h # SKIP this kernel has no readable BTF"
	exit 0
fi
if said=$(vmlinux/generate.sh --check 2>&1); then
	echo "ok - vmlinux.h agrees with the running kernel"
else
	echo "not ok - vmlinux.h agrees with the running kernel"
	echo "$said" | sed 's/^/# /'
fi
