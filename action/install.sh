#!/usr/bin/env bash
# Puts mbgen into $RUNNER_TEMP/mbgen/bin: the release $VERSION of $ACTION_REPOSITORY, or what
# $ACTION_PATH has, built from `source`. Without a version it is the release that the action is used
# at, else the source.
set -euo pipefail

root=$RUNNER_TEMP/mbgen
version=${VERSION:-source}
release='^v[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.-]+)?$'
if [[ -z ${VERSION:-} && -n ${ACTION_REPOSITORY:-} && ${ACTION_REF:-} =~ $release ]]; then
    version=$ACTION_REF
fi

if [[ $version = source ]]; then
    cargo install --quiet --locked --path "$ACTION_PATH" --root "$root"
elif [[ ! $version =~ $release ]]; then
    echo "error: version is \`$version\`; a release as in \`v0.1.0\`, or \`source\`, is allowed" >&2
    exit 2
elif [[ -z ${ACTION_REPOSITORY:-} ]]; then
    echo "error: an action that is used by its path has no releases; leave \`version\` out" >&2
    exit 2
else
    case $RUNNER_OS-$RUNNER_ARCH in
        Linux-X64) target=x86_64-unknown-linux-musl ;;
        Linux-ARM64) target=aarch64-unknown-linux-musl ;;
        macOS-X64) target=x86_64-apple-darwin ;;
        macOS-ARM64) target=aarch64-apple-darwin ;;
        Windows-X64) target=x86_64-pc-windows-msvc ;;
        *)
            echo "error: no release is built for $RUNNER_OS on $RUNNER_ARCH; \`version: source\` builds one" >&2
            exit 2
            ;;
    esac
    archive=mbgen-$version-$target.tar.gz
    mkdir -p "$root/bin"
    cd "$root"
    gh release download "$version" --repo "$ACTION_REPOSITORY" --clobber \
        --pattern "$archive" --pattern SHA256SUMS
    # The line of this archive alone; without one nothing is installed.
    sum=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1 }' SHA256SUMS)
    found=$( (sha256sum "$archive" 2>/dev/null || shasum -a 256 "$archive") | cut -d ' ' -f 1)
    if [[ -z $sum || $found != "$sum" ]]; then
        echo "error: $archive has SHA-256 $found, and SHA256SUMS of the release says \`$sum\`" >&2
        exit 2
    fi
    tar -xzf "$archive" -C bin --strip-components 1
fi
echo "$root/bin" >>"$GITHUB_PATH"
