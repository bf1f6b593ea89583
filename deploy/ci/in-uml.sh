#!/usr/bin/env bash
# Runs one command under a real Linux kernel with CAN, on a host whose own kernel has none: user-mode-linux, a kernel that
# is a program. The host's files are the guest's, at the same paths and read-only, except the working folder. Output, exit
# code, environment and arguments are those of the command; the guest always ends, by itself or at the time limit.
#
#   in-uml.sh [--interface NAME]… [--memory SIZE] [--time-limit SECONDS] [--read-only] [--] COMMAND [ARGUMENT]…
#
#   --interface NAME      make this vcan interface and bring it up (repeatable; default: vcan0; "" for none)
#   --memory SIZE         what the guest may use, as 512M or 2G (default: 1G)
#   --time-limit SECONDS  the guest is ended after this long (default: 600); the exit code is then 124
#   --read-only           the working folder cannot be written either
#   --writable FOLDER     this folder can be written too
#
# Needs neither root nor KVM, only these packages of Debian:
#   apt-get install -y --no-install-recommends user-mode-linux iproute2 kmod util-linux coreutils mount
# Exit code: the command's own; 124 at the time limit; 125 where the guest could not be started or broke down.
# CANWARD_UML_CPU=N pins the guest to that CPU. In the guest $TMPDIR is memory, and $CANWARD_GUEST says "uml".
set -euo pipefail

# ---- the guest: this same file, started by the kernel as its first process --------------------------------------------
if [ "${CANWARD_UML_JOB-}" ] && [ $$ -eq 1 ]; then
  job=$CANWARD_UML_JOB
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  set +e
  mount -t proc proc /proc
  mount -t sysfs sys /sys
  mountpoint -q /dev || mount -t devtmpfs dev /dev
  mount -t tmpfs run /run
  mkdir -p /dev/shm /dev/pts /run/tmp
  mount -t tmpfs shm /dev/shm
  mount -t devpts pts /dev/pts
  chmod 1777 /run/tmp /dev/shm
  ln -s /proc/self/fd /dev/fd
  # The second console is the command's output: raw, so that a line ends as it was written.
  stty -F /dev/tty1 raw -echo
  # Through a pipe, so that no program takes it for a person's terminal.
  mkfifo /run/output
  cat /run/output >/dev/tty1 &
  cat=$!
  exec 8>/run/output
  # The job's folder is the one place of the host where the guest may leave something: the exit code.
  mount -t hostfs none "$job" -o "$job"
  # Each module stands after the ones it needs; vcan asks for can-dev.
  modules=/usr/lib/uml/modules/$(uname -r)/kernel
  for module in drivers/net/can/dev/can-dev net/can/can net/can/can-raw net/can/can-gw drivers/net/can/vcan drivers/net/can/vxcan; do
    insmod "$modules/$module.ko"
  done
  (
    source "$job/environment"
    folder=$PWD
    # Still the kernel's first folder; the environment's PWD is only a name until here.
    [ "$CANWARD_UML_READ_ONLY" ] || mount -t hostfs none "$folder" -o "$folder" || exit 125
    [ ! "$CANWARD_UML_WRITABLE" ] || mount -t hostfs none "$CANWARD_UML_WRITABLE" -o "$CANWARD_UML_WRITABLE" || exit 125
    cd "$folder" || exit 125
    ip link set lo up
    for interface in $CANWARD_UML_INTERFACES; do
      ip link add "$interface" type vcan && ip link set "$interface" up || exit 125
    done
    unset CANWARD_UML_JOB CANWARD_UML_INTERFACES CANWARD_UML_READ_ONLY CANWARD_UML_WRITABLE
    export TMPDIR=/run/tmp CANWARD_GUEST=uml
    source "$job/command"
  ) </dev/null >&8 2>&1 8>&-
  echo $? >"$job/exit-code"
  # What the command left running would keep its output open.
  for process in /proc/[0-9]*; do
    case ${process#/proc/} in 1 | "$cat") ;; *) kill -KILL "${process#/proc/}" ;; esac
  done 2>/dev/null
  exec 8>&-
  wait "$cat"
  sync
  echo o >/proc/sysrq-trigger
  sleep 60
fi

# ---- the host --------------------------------------------------------------------------------------------------------
interfaces=vcan0 memory=1G limit=600 read_only= writable= named=
usage() {
  sed -n '2,/^set -euo/{/^set/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
  exit "$1"
}
while [ $# -gt 0 ]; do
  case $1 in
    --interface)
      [ "$named" ] || interfaces=
      named=yes interfaces+=" ${2?--interface wants a name}"
      shift 2
      ;;
    --memory) memory=${2?--memory wants a size} && shift 2 ;;
    --time-limit) limit=${2?--time-limit wants seconds} && shift 2 ;;
    --read-only) read_only=yes && shift ;;
    --writable) writable=$(readlink -e "${2?--writable wants a folder}") && shift 2 ;;
    -h | --help) usage 0 ;;
    --) shift && break ;;
    -*) echo "in-uml.sh: unknown option $1" >&2 && usage 125 >&2 ;;
    *) break ;;
  esac
done
[ $# -gt 0 ] || usage 125 >&2

missing=
for program in linux.uml:user-mode-linux ip:iproute2 insmod:kmod taskset:util-linux timeout:coreutils mount:mount; do
  command -v "${program%%:*}" >/dev/null || PATH=$PATH:/usr/sbin:/sbin command -v "${program%%:*}" >/dev/null || missing+=" ${program#*:}"
done
if [ "$missing" ]; then
  echo "in-uml.sh: packages are missing; install them with: sudo apt-get install -y --no-install-recommends$missing" >&2
  exit 125
fi

# The guest's memory is a file that must be executable. /dev/shm is fastest, but in a container it is often small or noexec.
memory_folder=/dev/shm
bytes=$(numfmt --from=iec "$memory")
room=$(df --output=avail --block-size=1 /dev/shm 2>/dev/null | tail -1 || echo 0)
if [ "${room:-0}" -lt "$bytes" ] || grep -q '^[^ ]* /dev/shm [^ ]* [^ ]*\bnoexec\b' /proc/mounts; then memory_folder=${TMPDIR:-/tmp}; fi

job=$(mktemp -d "${TMPDIR:-/tmp}/canward-uml.XXXXXX")
guest= timer=
finish() {
  # linux.uml leads its own process group, and each of the guest's processes is one of the host's in it.
  {
    [ -z "$guest" ] || kill -KILL -- "-$guest"
    [ -z "$timer" ] || kill "$timer"
    wait
  } 2>/dev/null || true
  rm -rf "$job"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

CANWARD_UML_INTERFACES=$interfaces CANWARD_UML_READ_ONLY=$read_only CANWARD_UML_WRITABLE=$writable bash -c 'export -p' >"$job/environment"
printf '%q ' "$@" >"$job/command"

# One CPU, since a guest that moves between two takes ten times as long for a system call; not the same for every guest.
allowed=()
for range in $(taskset -cp $$ | sed 's/.*: *//; s/,/ /g'); do
  range=${range%%:*}
  for ((one = ${range%-*}; one <= ${range#*-}; one++)); do allowed+=("$one"); done
done
cpu=${CANWARD_UML_CPU:-${allowed[$((RANDOM % ${#allowed[@]}))]}}
# Where this script is killed outright, the guest and the timer go with it.
self=$(readlink -f "${BASH_SOURCE[0]}")
set -m
TMPDIR=$memory_folder taskset -c "$cpu" setpriv --pdeathsig KILL \
  linux.uml mem="$memory" rootfstype=hostfs rootflags=/ ro quiet loglevel=1 init="$self" \
  con=null con0=null,fd:2 con1=null,fd:1 ssl=null "CANWARD_UML_JOB=$job" </dev/null 2>"$job/console" &
guest=$!
setpriv --pdeathsig KILL sleep "$limit" </dev/null >/dev/null 2>&1 &
timer=$!
set +m
code=0
wait -n "$guest" "$timer" 2>/dev/null || code=$?
if [ -s "$job/exit-code" ]; then exit "$(cat "$job/exit-code")"; fi
if ! kill -0 "$timer" 2>/dev/null; then
  echo "in-uml.sh: the guest was ended after $limit seconds, its time limit" >&2
  exit 124
fi
echo "in-uml.sh: the guest broke down (linux.uml ended with $code). Its last words:" >&2
tail -20 "$job/console" >&2
exit 125
