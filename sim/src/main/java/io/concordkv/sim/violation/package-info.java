/// What every check of the simulator says when it does not hold.
@NullMarked
package io.concordkv.sim.violation;

import org.jspecify.annotations.NullMarked;
