/// Real processes in trouble: a cluster of real nodes on loopback, under load, while a seeded
/// schedule kills, stops and parts them and spoils their disks and clocks. What clients and
/// watchers were told is then judged by the checkers of the simulator.
///
/// Unlike everything else here it is not repeatable: the seed fixes what is done, not what comes of
/// it. It finds what the simulated world leaves out: the platform, the real transport, real disks
/// and signals.
@NullMarked
package io.concordkv.sim.chaos;

import org.jspecify.annotations.NullMarked;
