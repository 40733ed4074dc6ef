# What can be made here; `make help` lists it. Everything goes through Maven, which runs on a JDK
# that bin/find-jdk finds.
.DEFAULT_GOAL := help
SHELL := /bin/sh
.DELETE_ON_ERROR:

SEEDS ?= 1-100
NODES ?= 0
SECONDS ?= 30
RUNS ?= 10
SEED ?=
CLIENTS ?=
KEEP ?=
MINUTES ?=
OFF ?=
BEYOND ?=
MVN ?= mvn
ROUNDS ?=
MB ?= 1024
COUNT ?=
TARGETS ?=
CACHE ?=
ROWS ?=
ENGINE ?=
TIMES ?=
jar := cli/target/concord.jar
sources := pom.xml $(wildcard */pom.xml) $(shell find */src/main -type f 2>/dev/null)

# Every recipe that needs Maven starts with this: one clear message if there is no good JDK.
maven = JAVA_HOME=$$(bin/find-jdk) && export JAVA_HOME && $(MVN) -B -ntp
only-its = -Dtest=NoUnitTest -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false

.PHONY: help build deps server client cluster stop-cluster stop clean-data clean test test-unit \
  test-integration test-e2e test-benchmark test-all bench bench-groups bench-engines bench-catch-up bench-log-size bench-memtables sim sim-engines \
  sim-stores sim-determinism mutants chaos crash fuzz stress format

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: $(jar) ## compile and pack everything, without tests; nothing to do if up to date

$(jar): $(sources)
	@echo "building ConcordKV ..."
	@$(maven) -q -Dmaven.test.skip=true -Dspotless.check.skip=true package
	@touch $@

deps: ## fetch everything that the build needs
	@$(maven) -q dependency:go-offline -DexcludeGroupIds=io.concordkv

server: build ## a single node in ./data, in the foreground
	@bin/concord server

client: build ## an interactive prompt to a running node
	@bin/concord shell

cluster: build ## three nodes in the background, data in .cluster/
	@bin/concord cluster start

stop-cluster: ## stop them
	@if [ -r $(jar) ]; then bin/concord cluster stop; else echo "nothing was built, so nothing runs"; fi

stop: stop-cluster ## the same

clean-data: stop-cluster ## forget the data of the cluster and of the single node
	rm -rf .cluster data

clean: ## remove what the build made
	rm -rf target */target

test: ## all tests
	@$(maven) verify

test-unit: ## the fast ones
	@$(maven) test

test-integration: ## those with real processes, sockets and files
	@$(maven) $(only-its) verify

test-e2e: ## foreign clients and the launchers against a real cluster
	@$(maven) $(only-its) -Dit.test='EtcdctlIT,JetcdIT,LauncherIT' verify

test-benchmark: ROUNDS = 1
test-benchmark: bench ## a short benchmark: does it run at all

test-all: test sim ## all tests, then many simulated clusters

bench-groups: build ## what many idle and active Raft groups cost
	@bench/groups.sh

bench-catch-up: build ## a node that missed MB=1024 megabytes gets a snapshot: time and memory
	@home=$$(bin/find-jdk) && "$$home/bin/java" -Dconcord.root=. -cp bench/target/concord-bench.jar \
	  io.concordkv.bench.CatchUp '$(MB)'

bench-log-size: build ## how much smaller compression makes the log of an embedded store
	@home=$$(bin/find-jdk) && "$$home/bin/java" --enable-native-access=ALL-UNNAMED \
	  --sun-misc-unsafe-memory-access=allow -cp bench/target/concord-bench.jar io.concordkv.bench.LogSize

bench-memtables: build ## memtables alone: inserts and lookups with a thousand and a million entries
	@home=$$(bin/find-jdk) && "$$home/bin/java" -XX:+UseParallelGC -Xms2g -Xmx2g --enable-native-access=ALL-UNNAMED \
	  -cp bench/target/concord-bench.jar io.concordkv.bench.engines.MemtableBench

bench-engines: build ## storage engines beside RocksDB, LMDB and others: COUNT=1000000 ROUNDS=3 TARGETS=lsm,rocksdb CACHE=512
	@bench/engines.sh $(if $(COUNT),COUNT=$(COUNT)) $(if $(ROUNDS),ROUNDS=$(ROUNDS)) $(if $(TARGETS),TARGETS=$(TARGETS)) \
	  $(if $(CACHE),CACHE=$(CACHE))

bench: build ## put, get, txn, watch and lease figures; ETCD=path measures that binary beside us
	@ETCD='$(ETCD)' ROUNDS='$(ROUNDS)' bench/run.sh

sim: build ## simulated clusters, one for each of SEEDS=1-100; a single seed repeats one
	@home=$$(bin/find-jdk) && "$$home/bin/java" -XX:+UseSerialGC -Xmx2g --enable-native-access=ALL-UNNAMED \
	  --sun-misc-unsafe-memory-access=allow -jar sim/target/concord-sim.jar '$(SEEDS)' \
	  'NODES=$(NODES)' 'SECONDS=$(SECONDS)' 'CLIENTS=$(CLIENTS)' 'KEEP=$(KEEP)' 'OFF=$(OFF)' 'BEYOND=$(BEYOND)'

sim-engines: SEEDS = 1-1000
sim-engines: build ## one engine on a disk that fails, under each of SEEDS=1-1000; ENGINE=lsm for one kind only
	@home=$$(bin/find-jdk) && "$$home/bin/java" -XX:+UseSerialGC -Xmx1g --enable-native-access=ALL-UNNAMED \
	  --sun-misc-unsafe-memory-access=allow -cp sim/target/concord-sim.jar io.concordkv.sim.engine.EngineSim \
	  '$(SEEDS)' '$(ENGINE)'

sim-stores: SEEDS = 1-1000
sim-stores: build ## embedded stores on machines that die and disks that fail, under each of SEEDS=1-1000; ENGINE=lsm for one kind only
	@home=$$(bin/find-jdk) && "$$home/bin/java" -XX:+UseSerialGC -Xmx1g --enable-native-access=ALL-UNNAMED \
	  --sun-misc-unsafe-memory-access=allow -cp sim/target/concord-sim.jar io.concordkv.sim.store.StoreSim \
	  '$(SEEDS)' '$(ENGINE)'

sim-determinism: build ## the same seeds under two collectors and the interpreter make the same runs
	@home=$$(bin/find-jdk) && mkdir -p sim/target/traces && \
	for way in -XX:+UseSerialGC -XX:+UseParallelGC -Xint; do \
	  "$$home/bin/java" $$way -Xmx1g --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
	    -jar sim/target/concord-sim.jar '$(SEEDS)' 'SECONDS=$(SECONDS)' TRACES=1 | grep '^trace' \
	    > "sim/target/traces/$${way#-}" || exit 1; \
	  cmp "sim/target/traces/XX:+UseSerialGC" "sim/target/traces/$${way#-}" || exit 1; \
	done && echo "the same runs"

crash: MINUTES = 10
crash: build ## an embedded store whose process is killed, for MINUTES=10 under the seeds from SEED on
	@home=$$(bin/find-jdk) && "$$home/bin/java" -XX:+UseSerialGC -Xmx512m --enable-native-access=ALL-UNNAMED \
	  --sun-misc-unsafe-memory-access=allow -cp sim/target/concord-sim.jar io.concordkv.sim.crash.Crash \
	  '$(MINUTES)' '$(SEED)' target/crash

chaos: SECONDS = 60
chaos: build ## real nodes in trouble: RUNS=10 of SECONDS=60, under the seeds from SEED on
	@home=$$(bin/find-jdk) && CONCORD_JAVA_OPTS='-Xmx512m' "$$home/bin/java" -XX:+UseSerialGC -Xmx1g \
	  -cp sim/target/concord-sim.jar io.concordkv.sim.chaos.Chaos \
	  '$(RUNS)' '$(SECONDS)' '$(SEED)' target/chaos "$$PWD/bin/concord" server

mutants: SEEDS = 1-200
mutants: build ## known bugs put back one by one, ROWS=R1,R4 or all: the simulator has to notice each
	@home=$$(bin/find-jdk) && "$$home/bin/java" -XX:+UseSerialGC -Xmx2g --enable-native-access=ALL-UNNAMED \
	  --sun-misc-unsafe-memory-access=allow -cp sim/target/concord-sim.jar io.concordkv.sim.mutant.Mutants \
	  '$(SEEDS)' '$(SECONDS)' '$(ROWS)'

fuzz: SECONDS = 60
fuzz: ## damaged bytes for the decoders of what comes from disks and peers: SECONDS=60 for each
	@$(maven) test -Dtest='MessageCodecTest#damaged*,EnvelopeCodecTest#a_damaged*,GroupRecordTest#damaged*,JsonEngineTest#a_damaged*,EditProperty,*DecodingProperty' \
	  -Dfuzz.seconds='$(SECONDS)' -Dsurefire.failIfNoSpecifiedTests=false

stress: TIMES = 20
stress: ## what threads share, under every way to switch between them that TIMES=20 as many runs find
	@$(maven) -pl stress -am test -Dtest='*StressTest' -Dstress.times='$(TIMES)' -Dsurefire.failIfNoSpecifiedTests=false

format: ## put the code into the one format
	@$(maven) -q spotless:apply
