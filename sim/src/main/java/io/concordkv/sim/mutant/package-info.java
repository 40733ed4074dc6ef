/// Mutants: known bugs of consensus and storage systems, each put back into a copy of one source
/// file by a small patch, and let loose on the swarm that has to notice it.
@NullMarked
package io.concordkv.sim.mutant;

import org.jspecify.annotations.NullMarked;
