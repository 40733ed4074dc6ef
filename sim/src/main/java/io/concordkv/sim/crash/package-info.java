/// Real processes with an embedded store, killed at any moment: what was acknowledged is there
/// again, as its durability promises it, and nothing is there in part.
///
/// The seed fixes what each thread does and how the store is set; when the process dies it does
/// not.
@NullMarked
package io.concordkv.sim.crash;

import org.jspecify.annotations.NullMarked;
