#!/bin/sh
# embed_test.sh - examples/embed with a real authority.
set -eu
bin=$PWD/bin
embed=$PWD/examples/embed
dir=$(mktemp -d "${TMPDIR:-/tmp}/licagent-embed-XXXXXX")
trap 'rm -rf "$dir"' EXIT
mkdir -m 700 "$dir/state" "$dir/keys"

expect() # LINE: the output has it
{
	grep -Fxq "$1" "$dir/out" && return
	echo "expected: $1" >&2
	echo "found:" >&2
	cat "$dir/out" >&2
	exit 1
}

"$bin/licissue" init "$dir/issuer" >"$dir/out"
cp "$dir/issuer/issuer.jwk" "$dir/keys"
"$bin/licissue" issue "$dir/issuer" --udi EMBED-1:0001 --feature turbo \
    --type permanent -o "$dir/turbo.lic" >"$dir/out"

"$embed" "$dir/state" "$dir/keys" turbo >"$dir/out"
expect 'feature turbo: not a feature of this device, and no license names it'
"$embed" "$dir/state" "$dir/keys" turbo "$dir/turbo.lic" >"$dir/out"
expect "$dir/turbo.lic: installed"
expect 'licensed'
expect '1: turbo, permanent'
"$embed" "$dir/state" "$dir/keys" turbo >"$dir/out"
expect '1: turbo, permanent'
echo "ok - examples/embed"
