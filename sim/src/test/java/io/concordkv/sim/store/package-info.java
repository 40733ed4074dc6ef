@NullMarked
package io.concordkv.sim.store;

import org.jspecify.annotations.NullMarked;
