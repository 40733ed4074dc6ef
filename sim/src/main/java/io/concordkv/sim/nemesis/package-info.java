/// Does harm, as the seed says.
@NullMarked
package io.concordkv.sim.nemesis;

import org.jspecify.annotations.NullMarked;
