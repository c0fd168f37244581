#!/usr/bin/env bash
# vmrun.sh - run a command on a stock Debian kernel, in a throw-away qemu VM.
#
#   vmrun.sh KERNEL -- COMMAND [ARG...]      run COMMAND in the VM
#   vmrun.sh KERNEL                          only fetch and unpack the kernel
#
# KERNEL   SUITE or SERIES, and after a slash, if wanted, the flavour:
#            5.10 | bullseye          6.1 | bookworm        bookworm-backports
#            6.12 | trixie            sid | latest          trixie-backports
#          flavours: cloud-amd64 (default: small, virtio only), amd64 (the full
#          kernel; 4 times the size).  Example: 6.1/amd64
#
# The VM sees this machine's root file system, read-only, through virtiofs, so
# every program and library installed here is there too, at the same path;
# /tmp /run /var/tmp /var/log /mnt /media are empty tmpfs, /boot has the kernel's
# config-VERSION only, and the project directory and the output directory are at
# their own paths.  Modules load on the kernel's demand.  COMMAND runs as root, its working
# directory is the project directory, its stdin is /dev/null, its stdout and stderr
# come out on ours, byte for byte, and vmrun.sh exits with its exit status.
# Mounted: proc sysfs devtmpfs devpts tmpfs tracefs debugfs bpffs cgroup2;
# `lo` is up; there is no other network and no systemd.
#
# Exit status: COMMAND's; 124 it ran past the time limit; 125 vmrun.sh or the VM
# failed (no qemu, kernel panic, ...: the end of the console log goes to stderr).
#
# Environment (all optional):
#   VMRUN_CACHE    kernels, package lists   [${XDG_CACHE_HOME:-~/.cache}/vmrun]
#   VMRUN_PROJECT  project directory, read-only in the VM     [current directory]
#   VMRUN_OUT      a directory that is writable in the VM, same path     [none]
#   VMRUN_ENV      names of variables to pass on to COMMAND  ["VMRUN_OUT"]
#   VMRUN_TIMEOUT  seconds, boot included                                 [300]
#   VMRUN_MEM      MiB of memory                                         [1024]
#   VMRUN_SMP      number of CPUs                                           [2]
#   VMRUN_MODULES  kernel modules to load (absent ones are passed over)   [tls];
#                  those that the kernel itself asks for are loaded in any case
#   VMRUN_APPEND   more kernel parameters (e.g. "mitigations=off")         [""]
#   VMRUN_ACCEL    auto (kvm if it works, else tcg) | kvm | tcg | tcg-multi [auto]
#   VMRUN_UPDATE   1: look for a newer kernel in the archive                [0]
#   VMRUN_VERBOSE  1: kernel log and timings on stderr                      [0]
#   VMRUN_MIRROR, VMRUN_SECURITY_MIRROR   Debian archives [apt's own]
#
# Needs: root; Debian packages qemu-system-x86 (with /usr/lib/qemu/virtiofsd from
# qemu-system-common on bookworm, or the package virtiofsd on trixie and later),
# apt, dpkg, util-linux, xz-utils, zstd, and lz4 (without it, 5.10 and 6.1 boot
# some seconds slower).  Nothing is installed, the system's apt is not touched.

set -euo pipefail

me=${0##*/}
here=$(dirname "$(realpath "$0")")
say() { printf '%s: %s\n' "$me" "$*" >&2; }
die() { say "$*"; exit 125; }
usage() { sed -n '2,/^$/{s/^# \{0,1\}//p}' "$0"; }
verbose() { [ "${VMRUN_VERBOSE:-0}" = 0 ] || say "$*"; }
now() { date +%s%N; }
t_start=$(now)
since() { local ms=$(( ($(now) - t_start) / 1000000 )); printf '%d.%03ds' $((ms / 1000)) $((ms % 1000)); }

# arguments
case ${1:-} in -h|--help) usage; exit 0 ;; '') usage >&2; exit 125 ;; esac
spec=$1; shift
if [ $# -gt 0 ]; then
	[ "$1" = -- ] || die "expected '--' before the command"
	shift
	[ $# -gt 0 ] || die "no command after '--'"
fi
flavour=cloud-amd64
case $spec in */*) flavour=${spec#*/}; spec=${spec%%/*} ;; esac
case $spec in
	5.10)       suite=bullseye ;;
	6.1)        suite=bookworm ;;
	6.12)       suite=trixie ;;
	latest)     suite=sid ;;
	*[!a-z-]*)  die "unknown kernel '$spec'" ;;
	*)          suite=$spec ;;
esac

cache=${VMRUN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vmrun}
# The archives that this machine's apt already uses: security ones have "security" in their code name.
archive() {
	apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
		awk -v want="$1" '($1 ~ /security/) == want { sub("/$", "", $2); print $2; exit }'
}
mirror=${VMRUN_MIRROR:-$(archive 0)}
secmirror=${VMRUN_SECURITY_MIRROR:-$(archive 1)}
[ -n "$mirror" ] || die "apt knows no archive; set VMRUN_MIRROR"
project=$(realpath -e -- "${VMRUN_PROJECT:-$PWD}") || die "no project directory"
out=
if [ -n "${VMRUN_OUT:-}" ]; then
	mkdir -p -- "$VMRUN_OUT"; out=$(realpath -e -- "$VMRUN_OUT")
	export VMRUN_OUT=$out
fi
limit=${VMRUN_TIMEOUT:-300}
mem=${VMRUN_MEM:-1024}
smp=${VMRUN_SMP:-2}
mkdir -p "$cache"
cache=$(realpath -e -- "$cache")

. "$here/kernel.sh"

# the initramfs
make_initramfs() {
	ir=$work/initramfs
	mkdir -p "$ir"/{bin,proc,sys,dev,new}
	cp "$cache/busybox" "$ir/bin/busybox"
	# the modules for the root file system and the output; built in since 6.12
	local m=$ir/lib/modules/$(cat "$kdir/release")
	mkdir -p "$m"
	( cd "$kdir/modules" && cp modules.dep modules.alias modules.builtin "$m" &&
		find kernel/drivers/virtio kernel/drivers/char/virtio_console.ko* kernel/fs/fuse \
			-name '*.ko*' -exec cp --parents -t "$m" {} + 2>/dev/null ) || :

	cp "$kdir/config" "$ir/kconfig"
	# what to run: shell source, made with printf %q, so that any byte gets through
	{
		printf 'project=%q out=%q modules=%q load=%q\n' "$project" "$out" "$kdir/modules" "${VMRUN_MODULES-tls}"
		echo 'export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb'
		local v
		for v in PATH ${VMRUN_ENV-VMRUN_OUT}; do
			[ -z "${!v+x}" ] || printf 'export %s=%q\n' "$v" "${!v}"
		done
	} >"$ir/settings"
	printf '%q ' exec "$@" >"$ir/command"

	cp "$here"/guest/* "$ir/"
	chmod 755 "$ir/init" "$ir/modprobe"
	( cd "$ir" && find . | "$cache/busybox" cpio -o -H newc 2>/dev/null ) >"$work/initramfs.cpio"
}

# KVM or TCG
# /dev/kvm alone says little: under some hypervisors (KVM with page tables in
# software, "kvm_pvm") stock kernels hang there.  So try it: boot the kernel with an
# init that switches the machine off.  The answer is kept per host and guest kernel.
accel_options() {
	case $1 in
		kvm) accel=(-accel kvm -cpu host) ;;
		tcg|tcg-multi)
			# Two faults of qemu 7.2's TCG crash Linux guests, and both are kept away here:
			# - cmpxchg16b leaves garbage in EFLAGS when an interrupt follows (the kernel's
			#   slab allocator uses it): double faults within seconds.  cx16=off
			#   From 6.18 on, BPF's storage maps stay empty without it (kmalloc_nolock),
			#   and the slab allocator rarely uses it: they have it.
			# - with a thread for each CPU, one CPU may run stale code that another has
			#   patched (static keys, ftrace, kprobes): "Oops: int3", 2 of about 40 runs
			#   (reported for qemu 8.0 as well).  thread=single
			# la57=off: 4 levels of page tables, not 5.
			local th=single cx16=off
			[ "$1" = tcg ] || th=multi
			[ "$(printf '6.18\n%s\n' "$(cat "$kdir/release")" | sort -V | head -n 1)" != 6.18 ] || cx16=on
			accel=(-accel "tcg,thread=$th" -cpu "max,la57=off,cx16=$cx16") ;;
		*)   die "VMRUN_ACCEL: '$1'" ;;
	esac
}
choose_accel() {
	local want=${VMRUN_ACCEL:-auto} key d
	if [ "$want" = auto ]; then
		want=tcg
		if [ -w /dev/kvm ]; then
			key=$cache/accel/$(printf '%s' "$(uname -a) $(grep -m1 'model name' /proc/cpuinfo) $(cat "$kdir/release")" | md5sum | cut -c1-16)
			if [ ! -e "$key" ]; then
				mkdir -p "$cache/accel"
				d=$work/probe; mkdir -p "$d/bin" "$d/dev"; cp "$cache/busybox" "$d/bin/"
				printf '#!/bin/busybox sh\n/bin/busybox mount -t devtmpfs d /dev\necho vmrun-kvm-ok >/dev/ttyS0\n/bin/busybox poweroff -f\n' >"$d/init"
				chmod 755 "$d/init"
				( cd "$d" && find . | "$cache/busybox" cpio -o -H newc 2>/dev/null ) >"$work/probe.cpio"
				accel_options kvm
				# (in a shell of its own, which keeps the word "Aborted" to itself)
				bash -c '"$@"; exit 0' - timeout -k 2 20 "$qemu" "${machine[@]}" "${accel[@]}" -m 512 -smp 2 \
					-kernel "$image" -initrd "$work/probe.cpio" -append "$append_base" \
					-serial file:"$work/probe.log" </dev/null >"$work/probe.err" 2>&1
				if grep -aq vmrun-kvm-ok "$work/probe.log" 2>/dev/null; then echo kvm; else echo tcg; fi >"$key"
				verbose "KVM probe: $(cat "$key") ($(head -n1 "$work/probe.err"))"
			fi
			want=$(cat "$key")
		fi
	fi
	accel_name=$want
	accel_options "$want"
}

# the VM
# Everything below runs in a private mount namespace, where $root is a read-only
# view of this machine's root file system plus the project and output directories.
# Read-only is enforced here, on the host's side.
make_root() {
	root=$work/root
	mkdir "$root"
	mount --bind / "$root"
	mount -o remount,bind,ro "$root"
	add_dir "$project" ro
	[ -z "$out" ] || add_dir "$out" rw
}
add_dir() {
	[ -d "$root$1" ] || die "$1: on another file system, and there is no such directory on the root file system"
	mount --bind "$1" "$root$1"
	[ "$2" = rw ] || mount -o remount,bind,ro "$root$1"
}

start_virtiofsd() {
	local sock=$work/fs.sock i
	if [ -x /usr/lib/qemu/virtiofsd ]; then            # qemu's own, in C (up to 7.2)
		/usr/lib/qemu/virtiofsd --socket-path="$sock" -o source="$root" -o cache=always -o sandbox=chroot \
			-o log_level=err >"$work/virtiofsd.log" 2>&1 &
	elif [ -x /usr/libexec/virtiofsd ]; then           # the one in Rust
		/usr/libexec/virtiofsd --socket-path="$sock" --shared-dir "$root" --cache always --sandbox chroot \
			--log-level error >"$work/virtiofsd.log" 2>&1 &
	else
		die "no virtiofsd (Debian package qemu-system-common on bookworm, virtiofsd on trixie)"
	fi
	virtiofsd_pid=$!
	for ((i = 0; i < 100; i++)); do
		[ ! -S "$sock" ] || return 0
		kill -0 $virtiofsd_pid 2>/dev/null || break
		sleep 0.05
	done
	cat "$work/virtiofsd.log" >&2
	die "virtiofsd did not start"
}

inside() {
	set +e
	trap 'kill $qemu_pid $virtiofsd_pid $tail_pid 2>/dev/null; exit 125' INT TERM HUP
	qemu_pid='' virtiofsd_pid='' tail_pid=''
	make_root
	start_virtiofsd
	mkfifo "$work/stdout" "$work/stderr"
	cat "$work/stdout" & local cat1=$!
	cat "$work/stderr" >&2 & local cat2=$!
	: >"$work/console"
	if [ "${VMRUN_VERBOSE:-0}" != 0 ]; then tail -n +1 -f "$work/console" >&2 & tail_pid=$!; fi
	verbose "$(since): starting $accel_name, $(cat "$kdir/release")"
	setpriv --pdeathsig TERM timeout -k 5 "$limit" "$qemu" "${machine[@]}" "${accel[@]}" \
		-m "$mem" -smp "$smp" \
		-object memory-backend-memfd,id=mem,size="${mem}M",share=on -numa node,memdev=mem \
		-chardev socket,id=fs,path="$work/fs.sock" -device vhost-user-fs-pci,queue-size=1024,chardev=fs,tag=vmrun \
		-device virtio-serial-pci,max_ports=4 \
		-chardev file,id=out,path="$work/stdout" -device virtserialport,nr=1,chardev=out \
		-chardev file,id=err,path="$work/stderr" -device virtserialport,nr=2,chardev=err \
		-serial file:"$work/console" -serial file:"$work/rc" \
		-kernel "$image" -initrd "$work/initramfs.cpio" \
		-append "$append_base ${VMRUN_APPEND:-}" </dev/null >"$work/qemu.log" 2>&1 &
	qemu_pid=$!
	wait $qemu_pid; local qrc=$?
	wait $virtiofsd_pid 2>/dev/null
	if [ $qrc -ne 0 ]; then    # it may never have opened the pipes: let the readers go
		timeout 1 sh -c ": >'$work/stdout'"; timeout 1 sh -c ": >'$work/stderr'"
	fi
	wait $cat1 $cat2
	[ -z "$tail_pid" ] || { sleep 0.2; kill $tail_pid; wait $tail_pid 2>/dev/null; }
	verbose "$(since): VM ended (qemu $qrc)"
	[ -z "$out" ] || [ "${VMRUN_VERBOSE:-0}" = 0 ] || cp "$work/console" "$out/console.log"
	local rc; rc=$(tr -dc 0-9 <"$work/rc" 2>/dev/null)
	local bad='WARNING: |BUG: |Oops|general protection|Kernel panic|soft lockup|rcu.*stall'
	if grep -aqE "$bad" "$work/console"; then
		say "the guest kernel complained:"; grep -aE -A 14 "$bad" "$work/console" | head -n 40 >&2
	fi
	if [ $qrc -eq 124 ] || [ $qrc -eq 137 ]; then say "time limit ($limit s); end of the console log:"; tail -n 15 "$work/console" >&2; exit 124; fi
	if [ -z "$rc" ]; then
		say "the VM ended without an exit status (qemu: $qrc); end of its logs:"
		grep -hv 'Unexpected poll revents' "$work/qemu.log" "$work/virtiofsd.log" >&2; tail -n 10 "$work/console" >&2
		exit 125
	fi
	exit "$rc"
}

# main
[ "$(uname -m)" = x86_64 ] || die "only x86-64"
fetch_kernel
if [ $# -eq 0 ]; then echo "$kdir"; exit 0; fi
[ "$(id -u)" = 0 ] || die "must be root (mount namespace, virtiofsd)"
qemu=$(command -v qemu-system-x86_64) || die "no qemu-system-x86_64 (Debian package qemu-system-x86)"
work=$(mktemp -d "${TMPDIR:-/tmp}/vmrun.XXXXXX")
inner=
trap 'rm -rf "$work"' EXIT
trap '[ -z "$inner" ] || kill -TERM $inner 2>/dev/null; wait; exit 125' INT TERM HUP
image=$kdir/vmlinux
[ -e "$image" ] || image=$kdir/vmlinuz
machine=(-machine q35 -no-user-config -nodefaults -display none -no-reboot)
append_base='console=ttyS0 quiet loglevel=5 panic=-1 oops=panic random.trust_cpu=on rdinit=/init'
choose_accel
make_initramfs "$@"
verbose "$(since): initramfs ready ($(stat -c %s "$work/initramfs.cpio") bytes)"
# the namespace's process: this very shell's functions and variables, after unshare(2)
export -f inside make_root add_dir start_virtiofsd say die verbose since now
state=$(declare -p me work project out root kdir qemu image machine accel accel_name mem smp limit append_base t_start 2>/dev/null || :)
setpriv --pdeathsig TERM unshare --mount --propagation private bash -c "$state"$'\n''inside' "$me" &
inner=$!
wait $inner && rc=0 || rc=$?
exit $rc
