#!/bin/sh
# Builds plot.min.js, its checksum and its licences from the packages that package.json pins.
# Needs npm. The outcome is committed: building mbgen does not run this.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$here/entry.js" "$here/banner.js" "$work"
cd "$work"
npm install --no-package-lock --no-audit --no-fund --silent
npx esbuild entry.js --bundle --minify --format=iife --global-name=Plot --target=es2020 \
  --banner:js="$(cat banner.js)" --legal-comments=none --outfile=plot.min.js --log-level=warning

: > LICENSES
for package in @observablehq/plot isoformat d3-array d3-axis d3-color d3-format d3-geo \
  d3-interpolate d3-path d3-scale d3-scale-chromatic d3-selection d3-shape d3-time d3-time-format
do
  folder=node_modules/$package
  version=$(sed -n 's/^  "version": "\(.*\)",*$/\1/p' "$folder/package.json")
  printf '==== %s %s ====\n\n' "$package" "$version" >> LICENSES
  cat "$folder"/LICENSE* >> LICENSES
  printf '\n' >> LICENSES
done
cp plot.min.js LICENSES "$here"
cd "$here"
sha256sum plot.min.js > plot.min.js.sha256
