/// Coverage marks: what runs should show now and then, or else they do not test it.
@NullMarked
package io.concordkv.sim.mark;

import org.jspecify.annotations.NullMarked;
