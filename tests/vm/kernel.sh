# kernel.sh - sourced by vmrun.sh: a Debian kernel package, fetched and unpacked.
# apt, with a root of its own for each suite: own sources, lists, cache and (empty)
# dpkg status.  The archive's signatures are checked with Debian's own keyring.
apt_setup() {
	a=$cache/apt/$suite
	mkdir -p "$a"/{lists/partial,cache/archives/partial,state,debs}
	: >"$a/state/status"
	local key='[arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
	{
		echo "deb $key $mirror $suite main"
		case $suite in
			sid|experimental|*-backports) ;;
			*) echo "deb $key $secmirror $suite-security main" ;;
		esac
	} >"$a/sources.list"
	cat >"$a/apt.conf" <<-EOF
		Dir::State "$a/state";
		Dir::State::status "$a/state/status";
		Dir::State::Lists "$a/lists";
		Dir::Cache "$a/cache";
		Dir::Etc::sourcelist "$a/sources.list";
		Dir::Etc::sourceparts "-";
		APT::Architecture "amd64";
		APT::Sandbox::User "root";
		Acquire::Languages "none";
	EOF
	export APT_CONFIG=$a/apt.conf
}
depends() { apt-cache show --no-all-versions "$1" | sed -n 's/^Depends: //p' | tr ',' '\n' | sed 's/^ *//;s/ .*//'; }
slice() { dd if="$1" bs=1M iflag=skip_bytes,count_bytes skip="$2" count="$3" status=none; }
u32() { od -An -tu4 -j "$2" -N 4 "$1" | tr -d ' '; }

# A bzImage holds the real kernel, an ELF file, compressed; its place is in the
# header ("payload_offset", "payload_length": Documentation/x86/boot).  qemu boots
# the ELF itself (PVH entry), which saves the guest the unpacking: 2 to 4 s in TCG.
extract_vmlinux() {
	local img=$1 dst=$2 setup off len magic cmd
	setup=$(od -An -tu1 -j $((0x1f1)) -N 1 "$img" | tr -d ' ')
	off=$(( ($setup ? $setup : 4) * 512 + 512 + $(u32 "$img" $((0x248))) ))
	len=$(u32 "$img" $((0x24c)))
	magic=$(slice "$img" "$off" 4 | od -An -tx1 | tr -d ' ')
	case $magic in            # all but gzip have the unpacked size, 4 bytes, at the end
		1f8b*)    cmd='gzip -dc'; len=$((len + 4)) ;;
		fd377a58) cmd='xz -dc' ;;
		28b52ffd) cmd='zstd -dcq' ;;
		02214c18) cmd='lz4 -dcq' ;;
		5d0000*)  cmd='xz --format=lzma -dc' ;;
		*)        return 1 ;;
	esac
	command -v "${cmd%% *}" >/dev/null || return 1
	slice "$img" "$off" $((len - 4)) | $cmd >"$dst.tmp" 2>/dev/null || { rm -f "$dst.tmp"; return 1; }
	[ "$(head -c 4 "$dst.tmp" | tail -c 3)" = ELF ] || { rm -f "$dst.tmp"; return 1; }
	mv "$dst.tmp" "$dst"
}

fetch_kernel() {          # sets $kdir: image, modules/, config, release
	local link=$cache/kernels/$suite-$flavour meta=linux-image-$flavour rel pkgs p tmp m bb rc
	if [ -e "$link/release" ] && [ "${VMRUN_UPDATE:-0}" = 0 ]; then kdir=$(realpath "$link"); return; fi
	set +e                    # (a subshell in an || list would run without -e)
	(
		set -e
		exec 9>"$cache/lock"; flock 9             # one fetch at a time
		[ ! -e "$link/release" ] || [ "${VMRUN_UPDATE:-0}" != 0 ] || exit 0
		say "fetching the kernel of $suite ($flavour) from $mirror"
		apt_setup
		apt-get -qq update >&2
		# a static busybox for the initramfs
		bb=$cache/busybox
		if [ ! -x "$bb" ]; then
			( cd "$a/debs" && apt-get -qq download busybox-static >&2 )
			dpkg-deb --fsys-tarfile "$a"/debs/busybox-static_*.deb |
				tar -xO --wildcards '*bin/busybox' >"$bb.tmp"
			rm -f "$a"/debs/*.deb
			chmod 755 "$bb.tmp"; mv "$bb.tmp" "$bb"
		fi
		rel=$(depends "$meta" | grep -m1 '^linux-image-[0-9]') || die "$suite has no $meta"
		rel=${rel#linux-image-}
		kdir=$cache/kernels/$rel
		if [ ! -e "$kdir/release" ]; then
			pkgs=linux-image-$rel
			# in sid (7.2) the parts are in packages of their own
			for p in $(depends "linux-image-$rel" | grep -E "^linux-(binary|modules|base)-[0-9]" || :); do pkgs+=" $p"; done
			tmp=$cache/tmp.$$; rm -rf "$tmp"; mkdir -p "$tmp/debs" "$tmp/x"
			trap 'rm -rf "$tmp"' EXIT
			( cd "$tmp/debs" && apt-get -qq download $pkgs >&2 )
			for p in "$tmp"/debs/*.deb; do dpkg-deb -x "$p" "$tmp/x"; done
			# the packages have no modules.dep; busybox's depmod wants lib/modules/REL
			m=$(find "$tmp/x" -type d -path "*/lib/modules/$rel")
			mkdir -p "$tmp/k" "$tmp/x/lib/modules"
			[ "$m" = "$tmp/x/lib/modules/$rel" ] || mv "$m" "$tmp/x/lib/modules/"
			"$bb" depmod -b "$tmp/x" "$rel"
			mv "$tmp/x/lib/modules/$rel" "$tmp/k/modules"
			m=$tmp/k/modules              # sid (7.2) has these two with the modules
			[ -e "$m/vmlinuz" ] || mv "$tmp/x/boot/vmlinuz-$rel" "$m/vmlinuz"
			[ -e "$m/config" ] || mv "$tmp/x/boot/config-$rel" "$m/config"
			mv "$m/vmlinuz" "$m/config" "$tmp/k/"
			extract_vmlinux "$tmp/k/vmlinuz" "$tmp/k/vmlinux" ||
				say "cannot unpack the kernel image (no lz4/zstd/xz?); it will boot slower"
			echo "$rel" >"$tmp/k/release"
			rm -rf "$kdir"; mkdir -p "${kdir%/*}"
			mv "$tmp/k" "$kdir"
		fi
		rm -rf "$a/lists" "$a/cache"
		ln -sfn "$rel" "$link"
	)
	rc=$?
	set -e
	[ $rc -eq 0 ] || die "no kernel for $suite ($flavour)"
	kdir=$(realpath "$link")
}
