/// The hash table: open addressing in pages that split one by one (Fagin et al., "Extendible
/// Hashing", 1979). It has no order, so a scan collects what is in its range and sorts it.
@NullMarked
package io.concordkv.storage.engine.hash;

import org.jspecify.annotations.NullMarked;
