/// Clients: what they ask, what they were told, and what follows from it.
@NullMarked
package io.concordkv.sim.workload;

import org.jspecify.annotations.NullMarked;
