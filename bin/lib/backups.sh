# Sourced by bin/backup and bin/restore: what they share. It needs no more than bash, coreutils and
# PostgreSQL's own clients, so that it also runs in the database's image.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
export LC_ALL=C.UTF-8

say() { printf '%s\n' "$@"; }
die() {
    printf '%s\n' "$@" >&2
    exit 1
}

# The same variables as the application; a checkout knows its own database and folders.
where_things_are() {
    if [ -z "${DATABASE_URL:-}" ] && [ -r "$ROOT/.local/env" ]; then . "$ROOT/.local/env"; fi
    [ -n "${DATABASE_URL:-}" ] || die "DATABASE_URL is not set."
    DATABASE=${DATABASE_URL/#postgis:/postgresql:}
    # django-environ's way to name a folder of sockets, and PostgreSQL's own.
    if [[ $DATABASE =~ ^(postgresql://[^/]*)/(/.*)/([^/]+)$ ]]; then
        DATABASE="${BASH_REMATCH[1]}/${BASH_REMATCH[3]}?host=${BASH_REMATCH[2]}"
    fi
    # Arguments are seen by everybody on the machine.
    if [[ $DATABASE =~ ^(postgresql://[^/:@]*):([^/@]*)@(.*)$ ]]; then
        DATABASE="${BASH_REMATCH[1]}@${BASH_REMATCH[3]}"
        local password=${BASH_REMATCH[2]//\\/%5C}
        PGPASSWORD=$(printf '%b' "${password//%/\\x}")
        export PGPASSWORD
    fi
    MEDIA_ROOT=${MEDIA_ROOT:-$ROOT/.local/media}
    PRIVATE_ROOT=${PRIVATE_ROOT:-$ROOT/.local/private}
}

# client NAME ARGUMENTS...: PostgreSQL's own, the newest there is, because an older one refuses.
client() {
    local name=$1 newest
    shift
    newest=$(find /usr/lib/postgresql/*/bin -name "$name" 2>/dev/null | sort -t/ -k5 -n | tail -n 1)
    [ -n "$newest" ] || newest=$(command -v "$name") || die "$name is not there: install postgresql-client."
    "$newest" "$@"
}

query() { client psql -XqAt -v ON_ERROR_STOP=1 -d "$DATABASE" -c "$1"; }

# The folders that are in a backup, unless a bucket holds their files.
folders() {
    [ -n "${S3_BUCKET:-}" ] || say media
    [ -n "${S3_PRIVATE_BUCKET:-}" ] || say private
}
root_of() { if [ "$1" = media ]; then say "$MEDIA_ROOT"; else say "$PRIVATE_ROOT"; fi; }
