/// The write-ahead log: one for each event loop, shared by its groups, so that one sync serves
/// many.
@NullMarked
package io.concordkv.storage.wal;

import org.jspecify.annotations.NullMarked;
