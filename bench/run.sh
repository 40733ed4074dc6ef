#!/bin/sh
# Measures a fresh three-node cluster of what was built here; with ETCD=path, interleaved with one of
# that binary. Shorter or narrower with ROUNDS=1 SECONDS_PER=2 PREPARE=5 WARMUP=1 WORKLOADS=put,get CLIENTS=100.
# AT=0 asks the leader only, AT=1 a follower, AT=3 a learner (which takes WORKLOADS=get-serializable).
# OURS=path measures another launcher of ours; JSON=file keeps the figures as JSON lines.
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P) || exit 1
home=$("$root/bin/find-jdk") || exit $?
jar=$root/bench/target/concord-bench.jar
if [ ! -r "$jar" ]; then
  echo "the load program is not built yet: run  make build  in $root" >&2
  exit 1
fi
exec "$home/bin/java" -XX:+UseSerialGC -Xms256m -Xmx256m -Xshare:auto --enable-native-access=ALL-UNNAMED \
  --sun-misc-unsafe-memory-access=allow -Dconcord.root="$root" -jar "$jar" "$@"
