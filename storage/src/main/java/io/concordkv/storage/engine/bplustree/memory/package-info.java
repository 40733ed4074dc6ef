/// The B+Tree in memory (Comer, "The Ubiquitous B-Tree", 1979): [Tree] over [Leaf]s, which hold the
/// pairs packed in one array each, and [Inner] pages.
///
/// Pages are not linked to their neighbours: a view keeps pages as they are, so a link would have
/// to be copied with each page it points to, and with that all of them. A [TreeWalk] remembers the
/// way down instead, which brings it to the next leaf at the same cost.
@NullMarked
package io.concordkv.storage.engine.bplustree.memory;

import org.jspecify.annotations.NullMarked;
