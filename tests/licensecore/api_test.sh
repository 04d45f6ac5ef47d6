#!/bin/sh
# api_test.sh - the library as others see it: what it exports, its headers by
# themselves, its version, its pkg-config file, and a program built with them.
#
# Runs in the build directory; srcdir says where the sources are.
set -eu
src=$(cd "${srcdir:-.}" && pwd)
include=$src/licensecore/include
lib=$PWD/licensecore/.libs/liblicensecore.so
work=$(mktemp -d "${TMPDIR:-/tmp}/licagent-api-XXXXXX")
trap 'rm -rf "$work"' EXIT
cc=${CC:-cc}

fail() # WORDS...
{
	echo "not ok - $*" >&2
	exit 1
}

same() # WHAT FOUND EXPECTED
{
	[ "$2" = "$3" ] || fail "$1 is $2, expected $3"
}

[ -e "$lib" ] || {
	echo "the shared library is not built"
	exit 77
}

# What it exports is what the headers declare, and nothing else.
nm -D --defined-only "$lib" | awk '{ print $3 }' | sort >"$work/exported"
cat "$include"/*.h | tr '\n' ' ' | grep -o 'LC_API [^;]*' |
    grep -o 'lc_[a-z0-9_]*(' | tr -d '(' | sort -u >"$work/declared"
diff "$work/declared" "$work/exported" ||
    fail "the library exports something else than its headers declare"
count=$(wc -l <"$work/exported")
[ "$count" -gt 50 ] || fail "only $count symbols are exported"

# Each header stands by itself, in C and, where there is a compiler, in C++.
for header in "$include"/*.h; do
	name=$(basename "$header")
	echo "#include <$name>" >"$work/alone.c"
	$cc -std=c11 -pedantic -Wall -Wextra -Werror -I"$include" -c \
	    -o "$work/alone.o" "$work/alone.c" || fail "$name in C"
	command -v c++ >/dev/null || continue
	c++ -Wall -Wextra -Werror -x c++ -I"$include" -c \
	    -o "$work/alone.o" "$work/alone.c" || fail "$name in C++"
done

# One version everywhere.
cat >"$work/version.c" <<'END'
#include <licensecore.h>
#include <stdio.h>

int
main(void)
{
	printf("%d.%d.%d %s\n", LC_VERSION_MAJOR, LC_VERSION_MINOR,
	    LC_VERSION_PATCH, lc_version());
	return 0;
}
END
pkg() # OPTIONS...: as it will be installed, with this tree's places
{
	PKG_CONFIG_PATH=$PWD/licensecore pkg-config \
	    --define-variable=includedir="$include" \
	    --define-variable=libdir="$PWD/licensecore/.libs" "$@" \
	    liblicensecore
}
version=$(pkg --modversion)
if nm -D "$lib" | grep -q __asan; then
	echo "ok - $count symbols; sanitizers: no program built with it"
	exit 0
fi
build() # SOURCE: $work/program
{
	# shellcheck disable=SC2046 # they are words
	$cc -o "$work/program" "$1" $(pkg --cflags --libs) \
	    -Wl,-rpath,"$PWD/licensecore/.libs"
}
build "$work/version.c"
same "the version" "$("$work/program")" "$version $version"

# The example: at most a page, and built as it says.
page=66
lines=$(wc -l <"$src/examples/embed.c")
[ "$lines" -le "$page" ] || fail "embed.c has $lines lines, a page has $page"
build "$src/examples/embed.c"
mkdir -m 700 "$work/state" "$work/keys"
same "without licenses" "$("$work/program" "$work/state" "$work/keys" x)" \
    "feature x: not a feature of this device, and no license names it"
echo "ok - $count symbols, version $version"
