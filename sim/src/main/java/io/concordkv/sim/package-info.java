/// The cluster simulator: real nodes in one thread, under virtual time, with a network, disks and
/// processes that fail as a seed says.
///
/// [SimRun] is one seed from the first start to the last comparison, [Sim] the program that runs
/// many. The parts: `cluster` starts and stops nodes, `net` carries their frames, `nemesis` does
/// the harm, `workload` plays clients, `oracle` watches everything from outside after every event,
/// and `check` judges what the clients saw.
@NullMarked
package io.concordkv.sim;

import org.jspecify.annotations.NullMarked;
