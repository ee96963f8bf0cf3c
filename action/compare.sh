#!/usr/bin/env bash
# Runs `mbgen compare` on $SPECS and shows its report as the one comment on $PULL_REQUEST that this
# job keeps, which is known by its first line and its author. Without a pull request, or with a token
# that may only read, the report is the job's summary. Ends as mbgen does.
set -euo pipefail
# Inputs are words, not patterns.
set -f

report=$RUNNER_TEMP/mbgen-report.md
told=$RUNNER_TEMP/mbgen-told.txt
full=$RUNNER_TEMP/mbgen-full.md
body=$RUNNER_TEMP/mbgen-comment.md
rm -f "$report"

# What mbgen prints is text, and no command to the runner.
plain() {
    local stop
    stop=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    echo "::stop-commands::$stop"
    cat -- "$1"
    echo "::$stop::"
}

set -- compare
for limit in ${MAX:-}; do set -- "$@" --max "$limit"; done
for growth in ${MAX_INCREASE:-}; do set -- "$@" --max-increase "$growth"; done
if [[ -n ${BASELINE:-} ]]; then set -- "$@" --baseline "$BASELINE"; fi
for word in ${ARGS:-}; do set -- "$@" "$word"; done
set -- "$@" --format markdown -o "$report" --
for spec in $SPECS; do set -- "$@" "$spec"; done

status=0
mbgen "$@" 2>"$told" || status=$?
plain "$told" >&2

mark="<!-- mbgen: $(tr -c 'A-Za-z0-9\n' _ <<<"$GITHUB_WORKFLOW $GITHUB_JOB") -->"
{
    echo "$mark"
    if [[ -f $report ]]; then
        cat "$report"
    else
        printf 'mbgen compare ended with %s.\n\n' "$status"
        sed 's/^/    /' "$told"
    fi
} >"$full"

# GitHub takes 65,536 characters.
most=60000
LC_ALL=C awk -v most=$most '(n += length($0) + 1) <= most { print; next } { exit }' "$full" >"$body"
whole=true
if ! cmp -s "$full" "$body"; then
    whole=false
    printf '\nThe rest is in the summary of the job.\n' >>"$body"
fi

comment() {
    local mine id
    mine=".comments[] | select(.viewerDidAuthor and (.body | startswith(\"$mark\"))) | .url"
    id=$(gh pr view "$PULL_REQUEST" --repo "$GITHUB_REPOSITORY" --json comments --jq "$mine") || return
    # One address a line, which ends in `#issuecomment-` and the number.
    id=${id##*-}
    if [[ -n $id ]]; then
        set -- --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id"
    else
        set -- --method POST "repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
    fi
    gh api "$@" --field "body=@$body" --silent
}

commented=false
if [[ -n ${PULL_REQUEST:-} ]]; then
    if comment 2>"$told"; then
        commented=true
    else
        echo "::notice::no comment: the token may not write one, as for a fork; the report is the job's summary"
        plain "$told"
    fi
fi
if ! $commented || ! $whole; then cat "$full" >>"$GITHUB_STEP_SUMMARY"; fi
exit "$status"
