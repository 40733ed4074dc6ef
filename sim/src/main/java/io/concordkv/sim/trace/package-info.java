/// What happened in a run, for people to read.
@NullMarked
package io.concordkv.sim.trace;

import org.jspecify.annotations.NullMarked;
