#!/bin/sh
# Measures storage engines in one process: COUNT=1000000 ROUNDS=3 TARGETS=lsm,rocksdb CACHE=512 (MiB)
# VALUE=100 (bytes) BUFFER=64 (MiB) CALLS=200000 BUDGET_MS=3000 IN=directory.
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P) || exit 1
home=$("$root/bin/find-jdk") || exit $?
jar=$root/bench/target/concord-bench.jar
if [ ! -r "$jar" ]; then
  echo "the load program is not built yet: run  make build  in $root" >&2
  exit 1
fi
exec "$home/bin/java" -XX:+UseParallelGC -Xms4g -Xmx4g --enable-native-access=ALL-UNNAMED \
  "@$root/bench/foreign-stores.args" -cp "$jar" io.concordkv.bench.engines.EnginesBench "IN=$root/bench/target" "$@"
