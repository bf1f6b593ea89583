#!/usr/bin/env bash
# Tests an allow-list as a team's CI does: first `canward check`, which compares what would leave the vehicle with what the
# team has committed; then the same log on virtual buses of a real kernel, with the team's own program listening.
#
#   check-on-bus.sh --config FILE --log LOG --expect FILE [--to IFACE] [--map BUS=IFACE]… [--speed 1|10|max]
#                   [-- COMMAND [ARGUMENT]…]
#
#   --config, --log, --expect   as for `canward check`
#   --to, --map, --speed        as for `canward replay`: which bus of the log goes to which interface (default: --to vcan0)
#   COMMAND                     runs while the log is on the buses, and gets SIGTERM at the end: a gateway
#                               (`canward run --config live.yaml`), a recorder, a test of your own
#
# The interfaces must be there and up: modprobe vcan, ip link add vcan0 type vcan, ip link set vcan0 up. Where the kernel has
# no CAN, put `in-uml.sh` in front. Exit code: that of the first step that failed; COMMAND's is asked for too.
# `canward` is looked for in node_modules/.bin, then on the PATH; CANWARD="node path/to/canward.js" says otherwise.
set -euo pipefail
PATH=$PWD/node_modules/.bin:$PATH
canward=(${CANWARD:-canward})

check=() replay=() command=() log= interfaces=()
while [ $# -gt 0 ]; do
  case $1 in
    --config | --expect) check+=("$1" "${2?$1 wants a file}") && shift 2 ;;
    --log) log=${2?--log wants a file} && check+=(--log "$log") && shift 2 ;;
    --to) replay+=("$1" "${2?--to wants an interface}") && interfaces+=("$2") && shift 2 ;;
    --map) replay+=("$1" "${2?--map wants BUS=IFACE}") && interfaces+=("${2#*=}") && shift 2 ;;
    --speed) replay+=("$1" "${2?--speed wants a number or max}") && shift 2 ;;
    --) shift && command=("$@") && break ;;
    *) sed -n '2,/^set -euo/{/^set/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" >&2 && exit 2 ;;
  esac
done
[ "$log" ] || { echo "check-on-bus.sh: --config, --log and --expect are needed" >&2 && exit 2; }
[ ${#interfaces[@]} -gt 0 ] || { interfaces=(vcan0) && replay+=(--to vcan0); }

echo "== what would leave"
"${canward[@]}" check "${check[@]}"

# What the interfaces themselves have counted, so that nobody's word is needed.
frames_on_buses() {
  local sum=0 interface
  for interface in "${interfaces[@]}"; do sum=$((sum + $(cat "/sys/class/net/$interface/statistics/tx_packets"))); done
  echo "$sum"
}

echo "== on the bus: ${interfaces[*]}"
before=$(frames_on_buses)
listener=
finish() { [ -z "$listener" ] || kill -KILL "$listener" 2>/dev/null || true; }
trap finish EXIT
if [ ${#command[@]} -gt 0 ]; then
  "${command[@]}" &
  listener=$!
  # Time to open its sockets; a listener that ends by itself is a failure.
  sleep "${CANWARD_LISTENER_START_S:-3}"
  kill -0 "$listener" 2>/dev/null || { echo "check-on-bus.sh: ${command[0]} ended before the log was on the bus" >&2 && exit 1; }
fi
"${canward[@]}" replay "$log" "${replay[@]}"
echo "$(($(frames_on_buses) - before)) frames counted by the interfaces"
[ "$(frames_on_buses)" -gt "$before" ] || { echo "check-on-bus.sh: no frame of the log was on a bus" >&2 && exit 1; }

if [ "$listener" ]; then
  kill -TERM "$listener" 2>/dev/null || true
  code=0
  wait "$listener" || code=$?
  listener=
  # 143: a program that says it was ended by SIGTERM, as it was.
  [ "$code" -eq 0 ] || [ "$code" -eq 143 ] || { echo "check-on-bus.sh: ${command[0]} ended with exit code $code" >&2 && exit "$code"; }
fi
