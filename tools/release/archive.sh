#!/bin/bash
# archive.sh <folder>: the plugin for this machine's system, for users without Node.js: the package, what it depends
# on, and a Node.js of its own, under the name by which Pulumi looks for it.
set -euo pipefail
to=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

version=$(node -p 'require("./providers/pgindex/package.json").version')
sdk=$(node -p 'require("./package.json").dependencies["@pulumi/pulumi"]')
# As Go names them, which Pulumi is written in.
system=$(node -p '({ win32: "windows" })[process.platform] ?? process.platform')
machine=$(node -p '({ x64: "amd64" })[process.arch] ?? process.arch')

npm pack --workspace providers/pgindex --pack-destination "$work" >/dev/null
mkdir "$work/plugin"
echo '{ "private": true }' >"$work/plugin/package.json"
npm install --prefix "$work/plugin" --omit=dev --omit=optional --no-audit --no-fund --prefer-offline \
  "$work/pulumi-pgindex-$version.tgz" "@pulumi/pulumi@$sdk" >/dev/null
cp "$(node -p process.execPath)" "$work/plugin/"
if [ "$system" = windows ]; then
  cp tools/release/pulumi-resource-pgindex.cmd "$work/plugin/"
else
  cp tools/release/pulumi-resource-pgindex "$work/plugin/"
fi
tar -czf "$to/pulumi-resource-pgindex-v$version-$system-$machine.tar.gz" -C "$work/plugin" .
