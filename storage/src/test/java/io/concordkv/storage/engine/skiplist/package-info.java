@NullMarked
package io.concordkv.storage.engine.skiplist;

import org.jspecify.annotations.NullMarked;
