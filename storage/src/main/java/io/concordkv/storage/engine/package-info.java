/// The engine contract: an ordered map of bytes, written in batches, read through views.
///
/// [Engine] is what a replica keeps its state in. All engines pass one contract suite. An engine is
/// owned by one event loop: it is written and asked for views there; a [View] is frozen and may be
/// read by any threads at once, while the loop goes on writing. A [Cursor] is one thread's.
@NullMarked
package io.concordkv.storage.engine;

import org.jspecify.annotations.NullMarked;
