/// An engine on the disk: a B+Tree of checksummed pages that are never written in place.
///
/// Batches gather in memory; a checkpoint merges them into the tree with new pages beside the old
/// ones, and a record of the head of the file says which root counts. `docs/formats/bplustree.md`
/// has the format.
@NullMarked
package io.concordkv.storage.engine.bplustree;

import org.jspecify.annotations.NullMarked;
