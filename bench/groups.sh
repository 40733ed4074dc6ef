#!/bin/sh
# Measures many Raft groups on three nodes in one process: COUNT=10000 AWAKE=1000 ACTIVE=1000 SECONDS_PER=10.
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P) || exit 1
home=$("$root/bin/find-jdk") || exit $?
jar=$root/bench/target/concord-bench.jar
if [ ! -r "$jar" ]; then
  echo "the load program is not built yet: run  make build  in $root" >&2
  exit 1
fi
exec "$home/bin/java" -XX:+UseG1GC -XX:+UseCompactObjectHeaders -Xmx2g --enable-native-access=ALL-UNNAMED \
  --sun-misc-unsafe-memory-access=allow -cp "$jar" io.concordkv.bench.groups.GroupsBench "$@"
