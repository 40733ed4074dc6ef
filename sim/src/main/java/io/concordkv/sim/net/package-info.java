/// The network between simulated nodes: it loses, delays, reorders, repeats and damages frames, and
/// cuts links, each direction by itself.
@NullMarked
package io.concordkv.sim.net;

import org.jspecify.annotations.NullMarked;
