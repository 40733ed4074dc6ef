/// Ground: plain values that every room uses, and the checks that stay on.
///
/// Nothing here knows what a cluster is. [Bytes] is the one type of keys and values; its order is
/// the order of the store. [ByteWriter] and [ByteReader] are the one pair that every format is
/// written with: integers are big-endian, so encoded keys sort as their numbers do. [Check] stops
/// the node when an invariant breaks; [CorruptionError] says that stored bytes are not what was
/// written; [ConcordException] is a caller's mistake or an outcome that the caller must handle.
///
/// The seams to the outside world (time, chance, files, threads) are in `base.env`.
@NullMarked
package io.concordkv.base;

import org.jspecify.annotations.NullMarked;
