#!/usr/bin/env bash
# Makes the page: web/dist, one folder of files for any web server, and web/dist.rs, which the feature
# `web` takes into the binary. Needs cargo, rustup or another way to the target below, and Node.js.
set -euo pipefail
cd "$(dirname "$0")"

target=wasm32-unknown-unknown
work=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
options=()
if ! rustup target add $target >/dev/null 2>&1 && ! rustc --print target-libdir --target $target | xargs test -d; then
    # Its sources are enough: Rust's own build of the standard library takes half a minute.
    export RUSTC_BOOTSTRAP=1
    options=(-Zbuild-std=core,alloc,std,panic_abort)
fi
cargo build --quiet --locked --package mbgen-web --profile web --target $target "${options[@]}"

npm ci --silent --no-audit --no-fund
rm -rf dist dist.rs
mkdir -p dist/weights
# The features that the target has by default, which every browser since 2021 knows.
npx wasm-opt -Oz --strip-debug --strip-producers --strip-target-features \
    --enable-bulk-memory --enable-sign-ext --enable-mutable-globals \
    --enable-nontrapping-float-to-int --enable-reference-types --enable-multivalue \
    "$work/$target/web/mbgen_web.wasm" -o dist/mbgen.wasm
cp ../archs/weights/*.safetensors dist/weights/
node bundle.mjs dist
node finish.mjs dist
