@NullMarked
package io.concordkv.storage.engine.bplustree.memory;

import org.jspecify.annotations.NullMarked;
