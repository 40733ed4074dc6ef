/// Watches: a stream of the changes of a range, from any revision that is not compacted.
@NullMarked
package io.concordkv.mvcc.watch;

import org.jspecify.annotations.NullMarked;
