/// A transport between nodes of one process: for tests and for embedding. Frames become bytes and
/// frames again on the way, so what works here works over a wire.
@NullMarked
package io.concordkv.transport.memory;

import org.jspecify.annotations.NullMarked;
