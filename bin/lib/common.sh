# Sourced by every command in bin/: where things are, and how a step is told to the reader.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
LOCAL=$ROOT/.local
VENV=$ROOT/.venv
LOGS=$LOCAL/logs

# A bare chroot has no locale; both Python and PostgreSQL then fall back to ASCII.
export LC_ALL=C.UTF-8 LANG=C.UTF-8

say() { printf "%s\n" "$@"; }
warn() { printf "%s\n" "$@" >&2; }
die() {
    warn "$@"
    exit 1
}

is_root() { [ "$(id -u)" = 0 ]; }

# The folder may hold a space or be moved: a short name for what must live outside of it.
project_hash() { printf '%s' "$ROOT" | sha256sum | cut -c1-12; }

prepare_local() {
    local alien
    mkdir -p "$LOGS" 2>/dev/null || true
    # One `sudo bin/run` leaves files behind that the user cannot write afterwards.
    alien=$(find "$ROOT" "$LOCAL" "$LOGS" -maxdepth 1 ! -writable ! -name postgres \( -path "$LOCAL*" -o -path "$VENV" \) -print -quit)
    [ -d "$LOGS" ] && [ -z "$alien" ] || die \
        "${alien:-$LOGS} is not writable for $(id -un): it belongs to $(stat -c %U "${alien:-$ROOT}")." \
        "Run this as that user, or remove $LOCAL and $VENV."
}

# step TITLE COMMAND...: runs the command with its output in a log and tells how long it took.
# The subshell is no condition, so that `set -e` holds inside of it.
step() {
    local title=$1 log rc began=${EPOCHREALTIME/[.,]/}
    shift
    log=$LOGS/$1.log
    printf '%s' "$title ... "
    set +e
    (
        set -e
        exec 8>&- 9>&- # else a daemon started in here would keep the locks
        "$@"
    ) >"$log" 2>&1 </dev/null
    rc=$?
    set -e
    if [ $rc != 0 ]; then
        step_failed "$1" "$log" "$rc"
    fi
    took "$began"
}

took() {
    local tenths=$(((${EPOCHREALTIME/[.,]/} - $1) / 100000))
    printf '%d.%d s\n' $((tenths / 10)) $((tenths % 10))
}

step_failed() {
    printf 'failed\n\n'
    warn "The last lines of $2:" ""
    tail -n 25 "$2" | sed 's/^/    /' >&2
    warn "" "$(advice "$1")"
    exit "$3"
}

advice() {
    case $1 in
        install_packages) say "What to do: check that apt reaches its sources (apt-get update), then run this again." ;;
        install_python*) say "What to do: check that pip reaches its index (PIP_INDEX_URL or pip.conf), then run this again." ;;
        pg_start) say "What to do: see also $PG_LOG; bin/db reset throws the development database away." ;;
        *) say "What to do: mend what is named above, then run this again; steps that are done are skipped." ;;
    esac
}

# Only one set-up at a time; the lock goes with the process, however it ends.
lock_setup() {
    exec 9>"$LOCAL/setup.lock"
    flock -n 9 && return
    say "Another bin/run or bin/test is setting up; waiting for it."
    flock 9
}

unlock_setup() { exec 9>&-; }
