/// The red-black tree (Guibas and Sedgewick, 1978), without an object per node: [RedBlackTree] over
/// [Nodes].
@NullMarked
package io.concordkv.storage.engine.redblack;

import org.jspecify.annotations.NullMarked;
