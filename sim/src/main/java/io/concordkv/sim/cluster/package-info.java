/// The simulated nodes: how they are set up under a seed, started, killed and started again.
@NullMarked
package io.concordkv.sim.cluster;

import org.jspecify.annotations.NullMarked;
