/// Checkers of what clients saw. [Linearizability] decides whether a history of calls could have
/// come from one copy of the data that does one call at a time; it knows nothing of nodes or logs,
/// so it is a second opinion. The others compare what clients are told with the model of the API,
/// run over the committed log: [Writes], [Reads], [WatchCheck], [LeaseCheck]. docs/checks.md lists
/// what they look for.
@NullMarked
package io.concordkv.sim.check;

import org.jspecify.annotations.NullMarked;
