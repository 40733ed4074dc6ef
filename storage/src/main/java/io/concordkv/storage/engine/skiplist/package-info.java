/// A skip list in memory (Pugh, 1990): the simplest engine, and the model that others are compared
/// with.
@NullMarked
package io.concordkv.storage.engine.skiplist;

import org.jspecify.annotations.NullMarked;
