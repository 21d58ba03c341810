#!/usr/bin/env bash
# A study on a real Slurm of one node, which listens on the loopback interface alone: tasks are
# killed and added while it runs, and the results are those of a run without Slurm.
# Called as: slurm_test.sh ULPSCOPE. Exit code 77: skipped.
# SPDX-License-Identifier: BSL-1.0
set -euo pipefail
export LC_ALL=C.UTF-8 PATH=$PATH:/usr/sbin

for program in sbatch slurmctld slurmd munged runuser; do
  command -v $program >/dev/null || { echo "skipped: there is no $program here"; exit 77; }
done
((EUID == 0)) || { echo "skipped: Slurm's daemons need root here"; exit 77; }

ulpscope=$(realpath "$1")
temp=$(mktemp -d)
host=$(hostname)
out="the o'ut"
munged_started=
finish() {
  local status=$?
  for daemon in slurmd slurmctld; do
    if [[ -s $temp/$daemon.pid ]]; then kill "$(<"$temp/$daemon.pid")" 2>/dev/null || true; fi
  done
  if [[ $munged_started ]]; then kill "$(<"$temp/munge/pid")" 2>/dev/null || true; fi
  for _ in $(seq 50); do
    pgrep -F "$temp/slurmctld.pid" &>/dev/null || break
    sleep 0.1
  done
  if ((status != 0 && status != 77)); then tail -n 20 "$temp"/*.log "$temp/$out"/slurm/*.log || true; fi
  rm -rf "$temp"
}
trap finish EXIT

mkdir -p "$temp/state" "$temp/spool"
chmod 755 "$temp"
install -d -o munge -g munge -m 0755 "$temp/munge"
runuser -u munge -- munged --socket="$temp/munge/socket" --pid-file="$temp/munge/pid" \
  --log-file="$temp/munge/log" --seed-file="$temp/munge/seed"
munged_started=1
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null || echo "$1"; }
cat >"$temp/slurm.conf" <<END
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port 26817)
SlurmdPort=$(free_port 26818)
SlurmUser=root
AuthInfo=socket=$temp/munge/socket
StateSaveLocation=$temp/state
SlurmdSpoolDir=$temp/spool
SlurmctldPidFile=$temp/slurmctld.pid
SlurmdPidFile=$temp/slurmd.pid
SlurmctldLogFile=$temp/slurmctld.log
SlurmdLogFile=$temp/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=main Nodes=$host Default=YES
END
export SLURM_CONF=$temp/slurm.conf
slurmctld -c
slurmd -N "$host"
for _ in $(seq 150); do
  if sinfo -h -o %T 2>/dev/null | grep -q idle; then break; fi
  sleep 0.2
done
sinfo -h -o %T | grep -q idle || { echo "Slurm did not start"; exit 1; }

cat >"$temp/study.toml" <<'END'
[study]
name = "cluster"
steps = 20000
[data]
samples = 8
features = 12
[rule]
lr = 1e-2
[precision]
parameters = { format = "p20", mode = "stochastic", seed = 3 }
[sweep]
"precision.arithmetic" = ["binary32", "binary64"]
"precision.second_moment" = ["p8", "p9", "p10", "p11"]
END
cd "$temp"
"$ulpscope" run study.toml --jobs 2 --out whole

"$ulpscope" submit study.toml --out "$out" --slurm --tasks 3 --time=10 --mem=0
job=$(squeue -h -o %F | sort -u | head -n 1)
sleep 1
scancel --signal=KILL --full "${job}_1" || true
# More tasks of the same script may come at any time.
sbatch --array=1-2 --mem=0 "$out/slurm/submit.sh"
for _ in $(seq 600); do
  [[ -n $(squeue -h) ]] || break
  sleep 0.2
done
[[ -z $(squeue -h) ]] || { echo "jobs are still running"; squeue; exit 1; }
"$ulpscope" status "$out"
"$ulpscope" status "$out" | grep -q '8 cells, 8 done, 0 running, 0 failed, 0 left'
grep -q "tables, figures and summary.csv" "$out"/slurm/*.log
for part in cells summary.csv cells.sum tables figures study.toml; do diff -r whole/$part "$out/$part"; done
"$ulpscope" verify "$out"
echo "the study ended under Slurm as without"
