#!/bin/bash
# `make lint`: format, who may know whom, clang-tidy, shell scripts. Prints what is wrong; exit 1.
#   tests/harness/lint.sh [FILE...]     with files: clang-tidy on those alone
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
status=0
complain() {
    echo "lint: $*"
    status=1
}

# --- format
mapfile -t sources < <(git ls-files '*.cpp' '*.hpp')
clang-format --dry-run --Werror "${sources[@]}" || complain "format: run make format"

# --- who may know whom: FOLDER: the folders whose headers it may include, besides its own
known() {
    case $1 in
        extension/backend | client/src/core | client/include) echo ;;
        extension/capture) echo "extension/backend client/src/core extension/history" ;;
        extension/history) echo "extension/backend client/src/core extension/live extension/tools" ;;
        extension/gate) echo "extension/backend client/src/core extension/history" ;;
        extension/scheduler) echo "extension/backend client/src/core" ;;
        extension/live | extension/tools | extension/pieces | extension/guard) echo "extension/backend" ;;
        extension/doctor) echo "extension/backend client/src/core" ;;
        extension) echo "extension/backend extension/capture extension/history extension/gate extension/guard extension/scheduler" ;;
        client/src/connection | client/src/repository) echo "client/src/core" ;;
        client/src/versions) echo "client/src/core client/src/connection" ;;
        client/src/process | client/src/compose) echo "client/src/core" ;;
        client/src/migrations) echo "client/src/core client/src/connection client/src/versions" ;;
        client/src/git) echo "client/src/core client/src/connection client/src/versions client/src/process" ;;
        client/src/server) echo "client/src/core client/src/connection client/src/versions" ;;
        client/src/guard) echo "client/src/core client/src/connection client/src/repository client/src/process client/src/compose" ;;
        client/src/snapshot) echo "client/src/core client/src/connection client/src/repository client/src/process" ;;
        client/src/restore) echo "client/src/core client/src/connection client/src/repository" ;;
        client/ctl | client/examples) echo "client/include" ;;
        *) echo any ;;
    esac
}

# folder_of INCLUDING-FILE INCLUDED-TEXT: the module that an include refers to
folder_of() {
    local folder=${2%/*}
    case $1 in
        extension/*)
            [ -d "extension/$folder" ] && { echo "extension/$folder"; return; }
            ;;
    esac
    if [ "$folder" = chronos ]; then
        echo client/include
    elif [ -d "client/src/$folder" ]; then
        echo "client/src/$folder"
    elif [ -d "client/$folder" ]; then
        echo "client/$folder"
    else
        echo unknown
    fi
}

for file in "${sources[@]}"; do
    module=$(dirname "$file")
    case $module in
        client/include/*) module=client/include ;;
        tests/*) continue ;;
        client/examples/*) module=client/examples ;;
    esac
    allowed=$(known "$module")
    [ "$allowed" != any ] || { complain "$file: folder $module is not in the table of tests/harness/lint.sh"; continue; }
    while read -r included; do
        case $included in */*) ;; *) continue ;; esac
        target=$(folder_of "$file" "$included")
        case " $module client/include $allowed " in
            *" $target "*) ;;
            *) complain "$file: $module may not know $target ($included)" ;;
        esac
        # error.hpp is what client/src/core throws.
        if [ "$target" = client/include ] && [[ $module == extension* ]] && [ "$included" != chronos/error.hpp ]; then
            complain "$file: the extension may not include the client's public headers ($included)"
        fi
    done < <(sed -n 's/^#include "\(.*\)"$/\1/p' "$file")
    if [[ $module == client/src/core ]] && grep -nE '#include <(fmt|nlohmann|pqxx|libpq|zstd|openssl|xxhash|postgres)' "$file"; then
        complain "$file: core holds to the standard library"
    fi
done

# --- sizes: a header is read whole, a source has one subject
for file in "${sources[@]}"; do
    lines=$(wc -l < "$file")
    case $file in
        *.hpp) [ "$lines" -le 150 ] || complain "$file: $lines lines, a header has at most 150" ;;
        tests/*) ;;
        *.cpp) [ "$lines" -le 800 ] || complain "$file: $lines lines, a source has at most 800" ;;
    esac
done

# --- shell scripts
mapfile -t scripts < <(git ls-files '*.sh' .ci/run)
if command -v shellcheck >/dev/null; then
    shellcheck -S warning "${scripts[@]}" || complain "shell scripts"
else
    for script in "${scripts[@]}"; do bash -n "$script" || complain "$script"; done
fi

# --- clang-tidy
# Clang cannot read the precompiled headers of GCC.
mkdir -p build/lint
sed 's# -Winvalid-pch -include [^ ]*cmake_pch.hxx##' build/client/compile_commands.json > build/lint/compile_commands.json
flags_extension() {
    local server
    server=$("${PG_CONFIG:-pg_config}" --includedir-server)
    echo "-std=c++20 -Iextension -Iclient/src -Iclient/include -isystem $server -Wno-register -DCHRONOS_VERSION=\"0\" -DCHRONOS_PREFIX=\"/usr\" -DPGDLLEXPORT= -D_GNU_SOURCE"
}
tidy() {
    case $1 in
        extension/* | tests/module/*)
            # shellcheck disable=SC2046
            clang-tidy --quiet "$1" -- $(flags_extension) 2>/dev/null ;;
        *) clang-tidy --quiet -p build/lint "$1" 2>/dev/null ;;
    esac
}
export -f tidy flags_extension
mapfile -t checked < <(if [ $# -gt 0 ]; then printf '%s\n' "$@"; else git ls-files '*.cpp' | grep -vE '^client/examples/'; fi)
if ! printf '%s\0' "${checked[@]}" | xargs -0 -P "$(nproc)" -I{} bash -c 'out=$(tidy {}); s=$?; [ -z "$out" ] || echo "$out"; exit $s'; then
    complain "clang-tidy"
fi
[ $status = 0 ] && echo "lint: nothing to complain about"
exit $status
