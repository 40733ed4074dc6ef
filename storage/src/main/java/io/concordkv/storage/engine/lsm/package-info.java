/// A log-structured merge-tree (O'Neil et al., 1996).
@NullMarked
package io.concordkv.storage.engine.lsm;

import org.jspecify.annotations.NullMarked;
