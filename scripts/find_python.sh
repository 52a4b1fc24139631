# Sourced by the commands here: sets $python to a Python 3.11 or newer, or ends with exit code 2.
# Expects $here, the folder of this file.

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    python=$here/../.venv/bin/python
    if is_new_enough "$python"; then return 0; fi
    # 3.11 first: the locks are made with it.
    for name in python3.11 python3.12 python3.13 python3.14 python3; do
        if python=$(command -v "$name") && is_new_enough "$python"; then return 0; fi
    done
    for python in "${HOME:-/nonexistent}"/.pyenv/versions/3.1[1-9]*/bin/python3; do
        if is_new_enough "$python"; then return 0; fi
    done
    if python=$(uv python find --no-project '>=3.11' 2>/dev/null) && is_new_enough "$python"; then return 0; fi
    return 1
}

if ! find_python; then
    sudo=sudo
    if [ "$(id -u)" = 0 ]; then sudo=; fi
    {
        echo "Python 3.11 or newer is needed and was not found. On Debian 12, Ubuntu 24.04 and newer:"
        echo "    ${sudo:+$sudo }apt-get install -y python3 python3-venv"
    } >&2
    exit 2
fi
