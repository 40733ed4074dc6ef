#!/bin/sh
# Measures storage engines in one process: COUNT=1000000 ROUNDS=3 TARGETS=redblack,TreeMap CLOCK=cpu.
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P) || exit 1
home=$("$root/bin/find-jdk") || exit $?
jar=$root/bench/target/concord-bench.jar
if [ ! -r "$jar" ]; then
  echo "the load program is not built yet: run  make build  in $root" >&2
  exit 1
fi
exec "$home/bin/java" -XX:+UseParallelGC -Xms4g -Xmx4g -cp "$jar" io.concordkv.bench.engines.EnginesBench "$@"
