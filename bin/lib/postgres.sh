# Sourced: a private PostgreSQL cluster with PostGIS, of this checkout alone. It listens on a
# socket and on no port, so that it clashes with nothing else on the machine.
# shellcheck shell=bash

PG_NAME=pupmatch # database and role; the role is the cluster's superuser, for CREATE EXTENSION

# pg_locate: sets PG_HOME, PG_DATA, PG_LOG, PG_USER, PG_SOCKET and PG_BIN.
pg_locate() {
    PG_HOME=$(pg_home)
    PG_DATA=$PG_HOME/data
    PG_LOG=$PG_HOME/server.log
    PG_USER=$(pg_user)
    PG_SOCKET=$(pg_socket_dir)
    PG_BIN=$(pg_bin)
}

# Inside of the project, unless root runs this and the postgres user cannot come here (/root).
pg_home() {
    local inside=$LOCAL/postgres outside
    outside=/var/lib/pupmatch-dev/$(project_hash)
    if ! is_root || [ -d "$inside/data" ]; then
        say "$inside"
    elif [ -d "$outside/data" ]; then
        say "$outside"
    elif pg_may_live_in "$inside"; then
        say "$inside"
    else
        rmdir "$inside" 2>/dev/null || true
        say "$outside"
    fi
}

pg_may_live_in() {
    mkdir -p "$1" && chown postgres "$1" 2>/dev/null && (cd / && runuser -u postgres -- test -w "$1")
}

# PostgreSQL refuses to run as root: whoever owns the cluster runs it, at first `postgres`.
pg_user() {
    if ! is_root; then
        id -un
    elif [ -d "$PG_DATA" ]; then
        stat -c %U "$PG_DATA"
    else
        say postgres
    fi
}

# A socket's path ends at 107 bytes, and PostgreSQL and the URL split it at odd characters.
pg_socket_dir() {
    local inside=$PG_HOME/socket LC_ALL=C
    if [ $((${#inside} + 15)) -le 107 ] && [[ $inside =~ ^[A-Za-z0-9/._-]+$ ]]; then
        say "$inside"
    else
        say "/tmp/pupmatch-$PG_USER-$(project_hash)"
    fi
}

# The version that made the cluster; for a new one the highest that has PostGIS.
pg_bin() {
    local version
    if [ -d "$PG_DATA" ]; then
        version=$(as_pg cat "$PG_DATA/PG_VERSION")
    else
        version=$(pg_versions | sort -n | tail -n 1)
    fi
    say "/usr/lib/postgresql/${version:-none}/bin"
}

pg_versions() {
    local control version
    for control in /usr/share/postgresql/*/extension/postgis.control; do
        version=${control#/usr/share/postgresql/}
        version=${version%%/*}
        [ ! -x "/usr/lib/postgresql/$version/bin/initdb" ] || say "$version"
    done
}

# From /, because the postgres user may not stand in the caller's folder.
as_pg() (
    cd /
    if is_root; then
        exec runuser -u "$PG_USER" -- "$@"
    else
        exec "$@"
    fi
)

pg_url() { say "postgis://$PG_NAME@/$PG_SOCKET/$PG_NAME"; }
pg_psql() { "$PG_BIN/psql" -X -h "$PG_SOCKET" -U "$PG_NAME" -d "${PG_DATABASE:-$PG_NAME}" "$@"; }
pg_ready() { "$PG_BIN/pg_isready" -q -h "$PG_SOCKET" -U "$PG_NAME" -d postgres; }

pg_start() {
    pg_check_owner
    [ -d "$PG_DATA" ] || pg_init
    if ! pg_ready; then
        pg_settle
        pg_make_socket_dir
        pg_configure
        pg_ready || as_pg "$PG_BIN/pg_ctl" start -D "$PG_DATA" -l "$PG_LOG" -w -t 60
    fi
    PG_DATABASE=postgres pg_psql -tAc "select 1 from pg_database where datname = '$PG_NAME'" | grep -q 1 ||
        PG_DATABASE=postgres pg_psql -qc "create database $PG_NAME"
}

pg_stop() { as_pg "$PG_BIN/pg_ctl" stop -D "$PG_DATA" -m fast -w; }

pg_check_owner() {
    [ -x "$PG_BIN/initdb" ] ||
        die "No PostgreSQL with PostGIS at $PG_BIN; bin/run installs it (packages postgresql, postgresql-postgis)."
    is_root || [ ! -d "$PG_DATA" ] || [ -O "$PG_DATA" ] ||
        die "The cluster in $PG_HOME was made by root: use sudo again, or remove that folder."
}

# Renamed only when whole: a killed initdb leaves half a cluster behind.
pg_init() {
    mkdir -p "$PG_HOME"
    ! is_root || chown "$PG_USER" "$PG_HOME"
    as_pg rm -rf "$PG_DATA.new"
    as_pg "$PG_BIN/initdb" -D "$PG_DATA.new" -U "$PG_NAME" -A trust -E UTF8 --locale=C.UTF-8
    say "include 'pupmatch.conf'" | as_pg tee -a "$PG_DATA.new/postgresql.conf" >/dev/null
    as_pg mv "$PG_DATA.new" "$PG_DATA"
}

# Written at each start: a newer checkout brings its settings to an older cluster.
pg_configure() {
    as_pg tee "$PG_DATA/pupmatch.conf" >/dev/null <<CONF
listen_addresses = ''
unix_socket_directories = '$PG_SOCKET'
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 128MB
random_page_cost = 1.1
jit = off
# A crash may lose the last moments, never the consistency: right for data made by a script.
synchronous_commit = off
timezone = UTC
# Statements hold the coordinates of whoever looks for a playground: they are not logged.
log_min_error_statement = panic
CONF
}

pg_make_socket_dir() {
    as_pg mkdir -p -m 700 "$PG_SOCKET"
    # In /tmp anybody could have made it first.
    [ "$(stat -c '%U %a' "$PG_SOCKET")" = "$PG_USER 700" ] ||
        die "$PG_SOCKET must belong to $PG_USER with mode 700: remove it."
}

# After a kill -9 the lock files may name no process, a zombie (in a container without an init) or
# somebody else's process. PostgreSQL believes the last two; removing the files also removes its
# guard against backends that outlived their server, so those end first.
pg_settle() {
    [ -d /proc/self ] || return 0
    if ! pg_running; then
        pg_end_orphans
        as_pg rm -f "$PG_DATA/postmaster.pid" "$PG_SOCKET/.s.PGSQL.5432.lock"
    elif ! pg_wait; then
        # Alive, but its socket is gone (a cleaned /tmp, a moved folder).
        pg_stop
    fi
}

# `pg_ctl status` takes any live process for the server; the real one stands in its data folder.
# Asked as its own user: root in a container may not look at another user's process.
pg_running() {
    local pid
    pid=$(as_pg head -n 1 "$PG_DATA/postmaster.pid" 2>/dev/null) &&
        [ -n "$pid" ] && as_pg test "/proc/$pid/cwd" -ef "$PG_DATA"
}

pg_end_orphans() {
    local tries pids
    for tries in {1..50}; do
        mapfile -t pids < <(pg_processes)
        [ ${#pids[@]} -gt 0 ] || return 0
        sleep 0.1
    done
    say "Ending ${#pids[@]} backends of a server that is dead after $tries tries."
    as_pg kill -KILL "${pids[@]}"
}

# shellcheck disable=SC2016 # the inner shell expands it
pg_processes() {
    as_pg bash -c 'for dir in /proc/[0-9]*; do
        read -r name <"$dir/comm" && [ "$name" = postgres ] && [ "$dir/cwd" -ef "$1" ] && echo "${dir#/proc/}"
    done 2>/dev/null; true' _ "$PG_DATA"
}

# Recovery answers "rejecting" (1) and may take its time; silence (2) for five seconds is death.
pg_wait() {
    local rc silent=0
    while [ $silent -lt 25 ]; do
        rc=0
        pg_ready || rc=$?
        case $rc in
            0) return 0 ;;
            1) silent=0 ;;
            *) silent=$((silent + 1)) ;;
        esac
        sleep 0.2
    done
    return 1
}

# What a shell reads (`. .local/env`) to call manage.py or pytest by hand.
write_env() {
    printf 'export DATABASE_URL=%q\nexport DEBUG=true\n' "$(pg_url)" >"$LOCAL/env"
}
