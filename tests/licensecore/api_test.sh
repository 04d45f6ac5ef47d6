#!/bin/sh
# api_test.sh - the libraries as others see them: what they export, their
# headers by themselves, their version, their pkg-config files, and programs
# built with them; and that the device's library cannot issue a license.
#
# Runs in the build directory; srcdir says where the sources are.
set -eu
src=$(cd "${srcdir:-.}" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/licagent-api-XXXXXX")
trap 'rm -rf "$work"' EXIT
cc=${CC:-cc}
include=$src/licensecore/include

fail() # WORDS...
{
	echo "not ok - $*" >&2
	exit 1
}

same() # WHAT FOUND EXPECTED
{
	[ "$2" = "$3" ] || fail "$1 is $2, expected $3"
}

for lib in authority/.libs/liblicenseauthority.so \
    licensecore/.libs/liblicensecore.so; do
	[ -e "$lib" ] || {
		echo "the shared libraries are not built"
		exit 77
	}
done

declared() # HEADER: the functions that it marks LC_API
{
	tr '\n' ' ' <"$1" | grep -o 'LC_API [^;]*' |
	    grep -o 'lc_[a-z0-9_]*(' | tr -d '(' | sort -u
}

exports() # LIBRARY FILE: it exports the names in FILE, and nothing else
{
	# Beside a library that refers to them, such as libconfig, the linker
	# exports marks of its own.
	nm -D --defined-only "$1" | awk '{ print $3 }' |
	    grep -Evx '__bss_start|_edata|_end' | sort >"$work/exported"
	diff "$2" "$work/exported" ||
	    fail "$1 exports something else than its header declares"
}

# What each exports is what its header declares, and nothing else.  Of
# licensecore.h the authority has what names errors and types and judges texts.
core_h=$include/licensecore.h
authority_h=$src/authority/include/licenseauthority.h
declared "$core_h" >"$work/core"
exports licensecore/.libs/liblicensecore.so "$work/core"
count=$(wc -l <"$work/core")
[ "$count" -gt 50 ] || fail "only $count symbols are declared"
grep -E '^lc_(version|strerror|(type|text)_.*)$' "$work/core" >"$work/shared"
same "the count of shared functions" "$(wc -l <"$work/shared")" 10
declared "$authority_h" >"$work/authority"
[ "$(wc -l <"$work/authority")" -gt 20 ] || fail "the authority has too little"
sort "$work/shared" "$work/authority" >"$work/both"
exports authority/.libs/liblicenseauthority.so "$work/both"

# The device's library has no code that issues, not even a hidden one; the
# authority's has none of a device's.
symbols() # ARCHIVE
{
	nm --defined-only "$1" | awk 'NF == 3 { print $3 }' | sort -u
}
symbols licensecore/.libs/libcore.a >"$work/in-core"
symbols authority/.libs/libauthority.a >"$work/in-authority"
grep -qx lc_line_open "$work/in-core" || fail "libcore.a was not read"
grep -E '^(lc_(authority|bundle|inspect|issued|record_|log_|ledger|issue|permit|redeem)|lc_new_id|lc_line_sign|db_)' \
    "$work/in-core" && fail "the device's library has code that issues"
grep -qx lc_line_open "$work/in-authority" || fail "libauthority.a was not read"
grep -E '^lc_(db|open|action|checkout|meter|history|devkey|store)(_|$)' \
    "$work/in-authority" && fail "the authority has code of a device"

# Each header stands by itself, in C and, where there is a compiler, in C++.
for header in "$core_h" "$authority_h"; do
	name=$(basename "$header")
	echo "#include <$name>" >"$work/alone.c"
	$cc -std=c11 -pedantic -Wall -Wextra -Werror -I"$include" \
	    -I"$(dirname "$header")" -c -o "$work/alone.o" "$work/alone.c" ||
	    fail "$name in C"
	command -v c++ >/dev/null || continue
	c++ -Wall -Wextra -Werror -x c++ -I"$include" \
	    -I"$(dirname "$header")" -c -o "$work/alone.o" "$work/alone.c" ||
	    fail "$name in C++"
done

pkg() # FOLDER LIBRARY OPTIONS...: as it will be installed, with this tree's
{
	folder=$1
	library=$2
	shift 2
	PKG_CONFIG_PATH=$PWD/$folder pkg-config \
	    --define-variable=includedir="$src/$folder/include" \
	    --define-variable=libdir="$PWD/$folder/.libs" "$@" "$library"
}
version=$(pkg licensecore liblicensecore --modversion)
same "the authority's version" \
    "$(pkg authority liblicenseauthority --modversion)" "$version"
if nm -D licensecore/.libs/liblicensecore.so | grep -q __asan; then
	echo "ok - $count symbols; sanitizers: no program built with it"
	exit 0
fi
build() # FOLDER LIBRARY SOURCE: $work/program
{
	# shellcheck disable=SC2046 # they are words
	$cc -o "$work/program" "$3" -I"$include" \
	    $(pkg "$1" "$2" --cflags --libs) -Wl,-rpath,"$PWD/$1/.libs"
}

# One version everywhere, and each library does what it is for by itself.
cat >"$work/version.c" <<'END_C'
#include <licensecore.h>
#include <stdio.h>

int
main(void)
{
	printf("%d.%d.%d %s\n", LC_VERSION_MAJOR, LC_VERSION_MINOR,
	    LC_VERSION_PATCH, lc_version());
	return 0;
}
END_C
cat >"$work/authority.c" <<'END_C'
#include <licenseauthority.h>
#include <stdio.h>

int
main(int argc, char **argv)
{
	struct lc_authority_options options = { .name = "Example",
		.valid_from = LC_NO_TIME, .valid_until = LC_NO_TIME };
	struct lc_authority *authority;
	struct lc_detail detail = { "" };
	enum lc_err err = lc_authority_create(argv[argc - 1], &options,
	    &detail);

	if (err == LC_OK)
		err = lc_authority_open(argv[1], &authority, &detail);
	if (err != LC_OK) {
		printf("%s %s\n", lc_strerror(err), detail.text);
		return 1;
	}
	printf("%s %s\n", lc_authority_name(authority), lc_version());
	lc_authority_close(authority);
	return 0;
}
END_C
build licensecore liblicensecore "$work/version.c"
same "the version" "$("$work/program")" "$version $version"
build authority liblicenseauthority "$work/authority.c"
same "an authority" "$("$work/program" "$work/issuer")" "Example $version"

# The example: at most a page, and built as it says.
page=66
lines=$(wc -l <"$src/examples/embed.c")
[ "$lines" -le "$page" ] || fail "embed.c has $lines lines, a page has $page"
build licensecore liblicensecore "$src/examples/embed.c"
mkdir -m 700 "$work/state" "$work/keys"
same "without licenses" "$("$work/program" "$work/state" "$work/keys" x)" \
    "feature x: not a feature of this device, and no license names it"
echo "ok - $count symbols, version $version"
