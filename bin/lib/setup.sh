# Sourced: everything between a bare Debian or Ubuntu and a project that runs. Each part looks
# first whether it is needed, so that a second run passes through in a moment.
# shellcheck shell=bash

# prepare run|test: packages, Python, database; leaves DATABASE_URL and DEBUG in the environment.
prepare() {
    prepare_local
    lock_setup
    ensure_packages
    ensure_python "$1"
    pg_locate
    step "PostgreSQL" pg_start
    write_env
    . "$LOCAL/env"
    cd "$ROOT" || exit
}

# --- System packages ------------------------------------------------------------------------------

UNFINISHED=$LOCAL/packages-being-installed

# Asked by ability and not by package name: PostgreSQL or Python may come from elsewhere.
missing_packages() {
    # Unpacked by a run that was killed before it could configure them.
    [ ! -e "$UNFINISHED" ] || cat "$UNFINISHED"
    [ -n "$(pg_versions)" ] || say postgresql postgresql-postgis
    have_gdal || say gdal-bin
    [ -n "$(find_python)" ] || say python3 python3-venv
    find_haproxy >/dev/null || say haproxy
}

# Not everybody has the folder of servers in the path.
find_haproxy() { PATH=$PATH:/usr/local/sbin:/usr/sbin command -v haproxy; }

have_gdal() { compgen -G "/usr/lib/*/libgdal.so.*" >/dev/null || compgen -G "/usr/*/libgdal.so*" >/dev/null; }

# The first Python that is new enough and can make a virtual environment.
find_python() {
    local python
    for python in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$python" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$python"
            return
        fi
    done
}

ensure_packages() {
    local packages
    mapfile -t packages < <(missing_packages | sort -u)
    [ ${#packages[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null ||
        die "Missing: ${packages[*]}, or what other systems call them. Only Debian and Ubuntu install themselves here."
    ask_for_root "${packages[@]}"
    printf '%s\n' "${packages[@]}" >"$UNFINISHED"
    step "System packages (${packages[*]})" install_packages "${packages[@]}"
    rm "$UNFINISHED"
    [ -n "$(find_python)" ] || die "PupMatch needs Python 3.11 or newer; python3 here is $(python3 -V 2>&1)."
}

ask_for_root() {
    is_root || sudo -n true 2>/dev/null && return
    command -v sudo >/dev/null || die "As root, please: apt-get install --no-install-recommends $*"
    say "sudo installs: $*"
    sudo -v
}

as_root() { if is_root; then "$@"; else sudo "$@"; fi; }

install_packages() {
    local quiet=(env DEBIAN_FRONTEND=noninteractive)
    local apt=("${quiet[@]}" apt-get -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold)
    refuse_main_cluster
    # A killed run may have left dpkg in the middle; apt-get would refuse to go on.
    as_root "${quiet[@]}" dpkg --configure -a --force-confold
    as_root "${apt[@]}" update
    as_root "${apt[@]}" install -y --no-install-recommends "$@"
}

# Else the package starts a cluster of its own on port 5432, which nobody asked for.
refuse_main_cluster() {
    local conf=/etc/postgresql-common/createcluster.conf
    [ ! -e "$conf" ] || return 0
    as_root mkdir -p "${conf%/*}"
    say "create_main_cluster = false" | as_root tee "$conf" >/dev/null
}

# --- Python ---------------------------------------------------------------------------------------

# ensure_python run|test: test brings the tools of requirements-dev.txt along.
ensure_python() {
    local files=(requirements.txt)
    [ "$1" = run ] || files+=(requirements-dev.txt)
    ensure_environment "$VENV" "$1" "${files[@]}"
}

# Apart from everything else: its pins and ours disagree.
SEMGREP=$LOCAL/semgrep
ensure_semgrep() { ensure_environment "$SEMGREP" lint lint/requirements.txt; }

# ensure_environment FOLDER NAME FILE...
ensure_environment() {
    local folder=$1 stamp=$1/.installed-$2 wanted
    shift 2
    # The path belongs to the stamp, because a virtual environment does not survive a move.
    wanted="$folder $(cd "$ROOT" && cat "$@" | sha256sum | cut -d' ' -f1)"
    if [ -x "$folder/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    step "Python packages ($*)" install_python "$folder" "$@"
    say "$wanted" >"$stamp"
}

install_python() {
    local folder=$1 requirements=() file
    shift
    for file in "$@"; do requirements+=(-r "$ROOT/$file"); done
    venv_works "$folder" || "$(find_python)" -m venv --clear "$folder"
    "$folder/bin/python" -m pip install --disable-pip-version-check --no-input --require-hashes "${requirements[@]}"
}

# A moved folder or an upgraded Python leaves an environment that only looks whole.
venv_works() {
    "$1/bin/python" -m pip --version 2>/dev/null && grep -qF "$1" "$1/bin/activate"
}

# --- Django ---------------------------------------------------------------------------------------

manage() { "$VENV/bin/python" "$ROOT/manage.py" "$@"; }
migrate() { manage migrate --noinput; }
