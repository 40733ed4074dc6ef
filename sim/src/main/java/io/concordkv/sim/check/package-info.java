/// Checkers of what clients saw. [Linearizability] decides whether a history of calls could have
/// come from one copy of the data that does one call at a time; it knows nothing of nodes or logs,
/// so it is a second opinion beside the simulator's oracle, which knows everything.
@NullMarked
package io.concordkv.sim.check;

import org.jspecify.annotations.NullMarked;
