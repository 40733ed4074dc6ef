@NullMarked
package io.concordkv.storage.engine.bplustree;

import org.jspecify.annotations.NullMarked;
